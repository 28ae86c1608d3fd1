import { type Answer, type Call, ErrorValue } from "../../api/function-call.js";
import type { ModuleProcess } from "../../module/process.js";
import type { ModuleTypes } from "../../module/types.js";
import type { Session } from "../../session/session.js";
import { StandIn } from "../../stand-in.js";
import type { Span } from "../../telemetry/span.js";

const text = { kind: "STRING", optional: false };

/**
 * A stand-in whose module returns its errors without a process: `report --code N --stderr TEXT` ends as a module does that calls
 * `returnError`. A process of the SDK takes seconds, and that it does the same is tested once beside this.
 */
export class ScriptedStandIn extends StandIn {
  override async types(): Promise<ModuleTypes> {
    const args = [
      { name: "code", description: "", type: { kind: "INTEGER", optional: false } },
      { name: "stderr", description: "", type: text },
    ];
    const report = { name: "report", description: "", args, returns: text, uncached: true };
    return {
      description: "",
      objects: [{ name: "Trial", description: "", functions: [report], fields: [] }],
      enums: [],
    };
  }

  override async process(): Promise<ModuleProcess> {
    return { run } as unknown as ModuleProcess;
  }
}

async function run(session: Session, { args }: Call, span: Span): Promise<Answer> {
  const { code, stderr } = args as { code: number; stderr: string };
  session.trace.log("Reading the service.", span);
  const phase = session.trace.start("roll out v1.2.0 (app:2)", { parent: span.id, flags: { reveal: true } });
  session.trace.end(phase, "rolled back");
  const values = { _type: "EXEC_ERROR", cmd: ["slipway"], exitCode: code, stdout: "", stderr };
  return { error: new ErrorValue(session, report(code), values) };
}

export function report(code: number): string {
  return `ROLLED-BACK: v1.2.0 (${code}).\n\nservice  app in cluster\n\nFix: Read the log.`;
}
