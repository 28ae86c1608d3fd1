import { Module } from "../api/typedef.js";
import { StandInError } from "../errors.js";
import type { Session } from "../session/session.js";
import { withoutOrigins } from "../telemetry/origin.js";
import type { ModuleProcess } from "./process.js";
import type { ModuleTypes } from "./types.js";

/**
 * Reads the types and functions of a module, which the module reports through the SDK.
 *
 * @throws {StandInError} The SDK can't read the module.
 */
export async function introspect(session: Session, start: () => Promise<ModuleProcess>): Promise<ModuleTypes> {
  const result = await session.trace.step("loading type definitions", async (step) =>
    (await start()).run(session, { parentName: "", parent: {}, name: "", args: {} }, step),
  );
  if ("value" in result && typeof result.value === "string") return session.ids.of(result.value, Module).types;
  const printed = "error" in result ? withoutOrigins(result.error.message) : "stderr" in result ? result.stderr : "";
  throw new StandInError(`The SDK can't read the module: ${firstError(printed)}`);
}

/** Returns the error of the output that Node.js prints for an uncaught one. */
function firstError(text: string): string {
  const thrown = /^\w*Error: (.*)$/m.exec(text)?.[1];
  return thrown?.includes("TypeDef.withInterface") ? `${thrown} ${hint}` : (thrown ?? text.trim());
}

const hint =
  "A likely cause is an interface in its sources with the name of an API type that a function takes, " +
  "such as Platform: in Dagger's engine it hides that type too. Rename it.";
