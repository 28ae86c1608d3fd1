import { isDeepStrictEqual } from "node:util";
import { record, text } from "../protocol/input.js";
import { AwsError, type JsonObject } from "../protocol/service.js";

/**
 * Evaluates a ConditionExpression: `attribute_exists(NAME)`, `attribute_not_exists(NAME)` and `NAME = :VALUE`, joined by AND.
 * @param item The stored item; empty where there is none.
 * @throws AwsError for any other expression.
 */
export function isMet(input: JsonObject, item: JsonObject): boolean {
  const expression = text(input, "ConditionExpression");
  if (expression === undefined) return true;
  const names = record(input, "ExpressionAttributeNames") ?? {};
  const values = record(input, "ExpressionAttributeValues") ?? {};
  const attribute = (name: string) => {
    const given = name.startsWith("#") ? names[name] : name;
    if (typeof given !== "string") throw invalid(`An expression attribute name used is not defined: ${name}`);
    return Object.hasOwn(item, given) ? item[given] : undefined;
  };
  return expression.split(/\s+AND\s+/i).every((term) => {
    const [, not, of] = /^\s*attribute_(not_)?exists\s*\(\s*(#?\w+)\s*\)\s*$/.exec(term) ?? [];
    if (of !== undefined) return (attribute(of) === undefined) === (not !== undefined);
    const [, name, value] = /^\s*(#?\w+)\s*=\s*(:\w+)\s*$/.exec(term) ?? [];
    if (name === undefined || value === undefined) {
      throw invalid(`This local AWS does not evaluate the condition "${term.trim().slice(0, 100)}"`);
    }
    if (!Object.hasOwn(values, value)) throw invalid(`An expression attribute value used is not defined: ${value}`);
    return isDeepStrictEqual(attribute(name), values[value]);
  });
}

function invalid(message: string): AwsError {
  return new AwsError("ValidationException", `Invalid ConditionExpression: ${message}`);
}
