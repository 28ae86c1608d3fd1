import { camel } from "../module/names.js";
import type { ArgumentType, TypeRef } from "../module/types.js";
import type { CallLabel } from "../telemetry/span.js";
import type { Step } from "./parse.js";

/**
 * Returns the text that is shown for a call, as in Dagger's CLI: its name, its arguments with their defaults, and its type. An
 * object is shown by the call that makes it, so no value of a secret is shown.
 *
 * @param on Type that it is called on; undefined for a constructor.
 * @param args Values of its arguments, with ids for objects.
 */
export function labelOf(
  { function: called, given }: Step,
  on: TypeRef | undefined,
  args: Record<string, unknown>,
): CallLabel {
  const isDefault = ({ name, defaultValue, defaultPath }: ArgumentType) =>
    given[name] === undefined && (defaultPath !== undefined || JSON.stringify(args[name]) === defaultValue);
  // Dagger's CLI calls a constructor with the flags given only, and a function with its defaults too.
  const present = called.args.filter(({ name }) => name in args);
  const shown = called.name === "" ? present.filter((argument) => !isDefault(argument)) : present;
  return {
    field: called.name === "" ? camel(called.returns.name ?? "") : called.name,
    args: shown.map((argument) => `${argument.name}: ${literal(argument, args[argument.name])}`),
    isLong: shown.some(({ type }) => type.kind === "OBJECT"),
    type: typeText(called.returns),
    ...(on?.name && { on: on.name }),
  };
}

/** Returns the two calls with which Dagger's CLI makes the object of each flag, in the order of the flags. */
export function addressLabels({ function: { args }, given }: Step): CallLabel[] {
  return args
    .filter(({ name, type }) => type.kind === "OBJECT" && given[name] !== undefined)
    .flatMap(({ name, type: { name: made = "" } }) => [
      { field: "address", args: [`value: ${JSON.stringify(given[name]?.at(-1))}`], isLong: false, type: "Address!" },
      { field: camel(made), args: [], isLong: false, type: `${made}!`, on: "Address" },
    ]);
}

function literal({ type }: ArgumentType, value: unknown): string {
  if (type.kind === "OBJECT") return `${objects[type.name ?? ""] ?? camel(type.name ?? "")}: ${type.name}!`;
  if (type.kind === "ENUM") return String(value);
  return Array.isArray(value) ? `[${value.map((item) => JSON.stringify(item)).join(", ")}]` : JSON.stringify(value);
}

/** Calls that make the object of a flag, by its type. */
const objects: Record<string, string> = {
  Directory: "Host.directory",
  File: "Host.file",
  GitRepository: "Directory.asGit",
  Secret: "Address.secret",
  Service: "Address.service",
  Workspace: "currentWorkspace",
};

const primitives: Record<string, string> = {
  STRING: "String",
  INTEGER: "Int",
  FLOAT: "Float",
  BOOLEAN: "Boolean",
  VOID: "Void",
};

function typeText({ kind, name, optional, element }: TypeRef): string {
  const text = kind === "LIST" && element ? `[${typeText(element)}]` : (name ?? primitives[kind] ?? kind);
  return optional || kind === "VOID" ? text : `${text}!`;
}
