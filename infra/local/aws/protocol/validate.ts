import type { Shape } from "./model.js";
import { AwsError, type Json, type JsonObject } from "./service.js";

/** Creates an API's error for a missing member. `path` is such as `["containerDefinitions", "0", "image"]`. */
export type MissingMember = (operation: string, path: string[]) => AwsError;

/**
 * Validates a request's members by the API's model: required members and types. Unknown members pass: AWS ignores them or, in a task
 * definition, keeps them. Null counts as absent.
 */
export function validateInput(operation: string, shape: Shape, input: Json, missing: MissingMember): JsonObject {
  return check(shape, input, undefined) as JsonObject;

  function check(expected: Shape, value: Json, path: Path | undefined): Json {
    switch (expected.type) {
      case "structure":
        return checkStructure(expected, asObject(value), path);
      case "map":
        return mapValues(asObject(value), (member, key) => check(expected.value(), member, { above: path, name: key }));
      case "list":
        if (!Array.isArray(value)) throw malformed(isObject(value) ? STRUCTURE_UNEXPECTED : "Expected list or null");
        return value.map((member, index) => {
          if (member === null) throw malformed("Null can not be a member of a list");
          return check(expected.member(), member, { above: path, name: index });
        });
      case "any":
        return value;
      default:
        return checkSimple(expected.type, value);
    }
  }

  function checkStructure(
    expected: Shape & { type: "structure" },
    value: JsonObject,
    path: Path | undefined,
  ): JsonObject {
    for (const name of expected.required) {
      if ((value[name] ?? null) === null) throw missing(operation, namesOf({ above: path, name }));
    }
    if (expected.isUnion) checkUnion(value, path);
    return mapValues(value, (member, name) => {
      // No API has such a member.
      if (name === "__proto__") return null;
      const known = expected.members.get(name);
      return known ? check(known(), member, { above: path, name }) : member;
    });
  }
}

/** Requires exactly one member. No client can read a stored union with none or two: https://smithy.io/2.0/spec/aggregate-types.html#union */
function checkUnion(value: JsonObject, path: Path | undefined): void {
  const set = Object.keys(value).filter((name) => name !== "" && value[name] !== null);
  if (set.length === 1) return;
  const where = path ? namesOf(path).join(".") : "The request";
  throw malformed(`${where} is a union and must have exactly one member; ${set.length} were given`);
}

/** Position in the request. Formatted for errors only. */
interface Path {
  above: Path | undefined;
  name: string | number;
}

function namesOf(path: Path): string[] {
  const names: string[] = [];
  for (let at: Path | undefined = path; at; at = at.above) names.unshift(String(at.name));
  return names;
}

const STRUCTURE_UNEXPECTED = "Start of structure or map found where not expected.";

const WANTED: Record<string, string> = { string: "string", blob: "string", boolean: "boolean" };
const TOKENS = { string: "STRING_VALUE", number: "NUMBER_VALUE", true: "TRUE_VALUE", false: "FALSE_VALUE" };

function checkSimple(type: Shape["type"], value: Json): Json {
  if (Array.isArray(value)) throw malformed("Start of list found where not expected");
  if (isObject(value)) throw malformed(STRUCTURE_UNEXPECTED);
  const wanted = WANTED[type as string] ?? "number";
  if (typeof value === wanted) return value;
  const token = TOKENS[typeof value === "boolean" ? (`${value}` as "true" | "false") : (typeof value as "string")];
  const name = { string: "String", number: "Integer", boolean: "Boolean" }[wanted];
  throw malformed(`${token} can not be converted to ${wanted === "number" ? "an" : "a"} ${name}`);
}

function mapValues(value: JsonObject, change: (member: Json, name: string) => Json): JsonObject {
  const changed: JsonObject = {};
  for (const name of Object.keys(value)) {
    // A caller without serialization can set a member to undefined.
    const member = value[name] ?? null;
    const next = member === null ? null : change(member, name);
    if (next === null) continue;
    // User-chosen keys, such as a tag's: assigning this one would set the object's prototype.
    if (name === "__proto__") define(changed, name, next);
    else changed[name] = next;
  }
  return changed;
}

function define(object: JsonObject, name: string, value: Json): void {
  Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
}

function asObject(value: Json): JsonObject {
  if (!isObject(value))
    throw malformed(Array.isArray(value) ? "Start of list found where not expected" : "Expected structure or null");
  return value;
}

function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function malformed(message: string): AwsError {
  return new AwsError("SerializationException", message);
}
