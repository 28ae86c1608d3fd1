import type { ContainerInstanceRecord } from "../model/ecs-state.js";

/**
 * Supported part of the cluster query language: comparisons of attributes, joined by `and`.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-query-language.html
 */
const COMPARISON = /^attribute:([\w.-]+)\s*(?:(==|!=|=~|!~|in|!in|not_in|exists|!exists)\s*(.*))?$/;

/** Returns whether an instance satisfies an expression such as `attribute:ecs.instance-type == t3.medium`. */
export function satisfies(instance: ContainerInstanceRecord, expression: string): boolean {
  return partsOf(expression).every((part) => compare(instance, part));
}

/** Returns the first unsupported part of an expression. */
export function unknownPart(expression: string): string | undefined {
  return partsOf(expression).find((part) => !COMPARISON.test(part));
}

const partsOf = (expression: string) => expression.split(/\s+(?:and|&&)\s+/i).map((part) => part.trim());

function compare({ attributes }: ContainerInstanceRecord, part: string): boolean {
  const [, name, operator = "exists", operand = ""] = COMPARISON.exec(part) ?? [];
  const found = attributes.find((each) => each.name === name);
  const values = operand
    .replace(/^\[|\]$/g, "")
    .split(",")
    .map((each) => each.trim().replace(/^(['"])(.*)\1$/, "$2"));
  const isOne = found?.value !== undefined && values.includes(found.value);
  switch (operator) {
    case "exists":
      return found !== undefined;
    case "!exists":
      return found === undefined;
    case "==":
    case "in":
      return isOne;
    case "!=":
    case "!in":
    case "not_in":
      return !isOne;
    default:
      return matches(found?.value, operand.trim()) === (operator === "=~");
  }
}

/** Compares a value with a pattern in which `*` matches any text. A user's pattern never runs as a regular expression, which could take exponential time. */
function matches(value: string | undefined, pattern: string): boolean {
  if (value === undefined) return false;
  const parts = pattern.replaceAll(".*", "*").split("*");
  if (parts.length === 1) return value === pattern;
  const [first = "", ...rest] = parts;
  const last = rest.pop() ?? "";
  if (!value.startsWith(first) || !value.endsWith(last) || value.length < first.length + last.length) return false;
  let at = first.length;
  for (const part of rest) {
    const found = value.indexOf(part, at);
    if (found < 0 || found + part.length > value.length - last.length) return false;
    at = found + part.length;
  }
  return true;
}
