import { fileURLToPath } from "node:url";
import type { RolloutResult } from "../../ci/lib/rollout/result.js";
import { type Ended, run } from "../common/run-program.js";
import type { DeployRequest } from "./deploy-request.js";

/** Result of the deployer's process. A killed process has neither a report nor an error. */
export interface DeployerEnd {
  exitCode: number;
  report?: RolloutResult;
  error?: { code: string; message: string; findings?: readonly string[] };
  output: string;
}

const main = fileURLToPath(new URL("main.ts", import.meta.url));
const typescript = import.meta.resolve("../../infra/local/typescript.mjs");

/** Runs the deployer as a process. */
export async function startDeployer(
  order: DeployRequest,
  options: { env: Record<string, string>; limit: number; signal?: AbortSignal },
): Promise<DeployerEnd> {
  const ended = await run(process.execPath, ["--import", typescript, main, JSON.stringify(order)], options);
  return { exitCode: ended.exitCode, output: ended.output, ...lastWord(ended) };
}

function lastWord({ stdout }: Ended): Pick<DeployerEnd, "report" | "error"> {
  const last = stdout.trimEnd().split("\n").at(-1) ?? "";
  return last.startsWith("{") ? (JSON.parse(last) as Pick<DeployerEnd, "report" | "error">) : {};
}
