import { Module } from "../api/typedef.js";
import { StandInError } from "../errors.js";
import type { Session } from "../session/session.js";
import type { ModuleProcess } from "./process.js";
import type { ModuleTypes } from "./types.js";

/**
 * What a module offers, told by the module itself through the SDK.
 *
 * @throws {StandInError} The SDK can't read the module.
 */
export async function introspect(session: Session, start: () => Promise<ModuleProcess>): Promise<ModuleTypes> {
  const process = await start();
  const result = await process.run(session, { parentName: "", parent: {}, name: "", args: {} });
  if ("value" in result && typeof result.value === "string") return session.ids.of(result.value, Module).types;
  const said = "error" in result ? result.error.message : "stderr" in result ? result.stderr.trim() : "";
  throw new StandInError(`The SDK can't read the module.\n${said}`);
}
