import type { TypeRef } from "../module/types.js";
import type { CallLabel } from "../telemetry/span.js";
import { camel } from "./names.js";
import type { Step } from "./parse.js";

/**
 * What the display shows of a call: its name, the arguments as they were given on the command line, and its type. Of a secret that is
 * where it comes from, never its value.
 *
 * @param on The type that it is called on; undefined for a constructor.
 */
export function labelOf({ function: called, given }: Step, on: TypeRef | undefined): CallLabel {
  const shown = called.args.flatMap(({ name, type }) => {
    const values = given[name];
    return values ? [`${name}: ${literal(type, values)}`] : [];
  });
  return {
    field: called.name === "" ? camel(called.returns.name ?? "") : called.name,
    args: shown.length > 0 ? `(${shown.join(", ")})` : "",
    type: typeText(called.returns),
    ...(on?.name && { on: on.name }),
  };
}

function literal(type: TypeRef, values: string[]): string {
  if (type.kind === "LIST") return `[${values.map((value) => JSON.stringify(value)).join(", ")}]`;
  const value = values.at(-1) ?? "";
  if (type.kind === "STRING" || type.kind === "SCALAR") return JSON.stringify(value);
  return type.kind === "OBJECT" ? `${camel(type.name ?? "")}(${JSON.stringify(value)})` : value;
}

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
