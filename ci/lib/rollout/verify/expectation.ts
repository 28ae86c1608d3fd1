import { isDeepStrictEqual } from "node:util";
import type { Json } from "../../aws/raw-task-definition.js";
import type { HttpResponse } from "./http-request.js";

/** What a path of the service must answer, beside `/version`. `{version}` in a text stands for the version that is asked for. */
export interface Expectation {
  /** Relative to the public URL, path included, such as `/healthz`. */
  path: string;
  /** 200 unless it says otherwise. */
  status?: number | undefined;
  /** By name, in any case: the exact value. */
  headers?: Record<string, string> | undefined;
  /** What the body must hold as JSON: of an object the members named here, of a list and of all else exactly this. */
  json?: unknown;
}

/** How an answer differs from what is expected; undefined when it does not. Pure. */
export function difference(expected: Expectation, answer: HttpResponse, version: string): string | undefined {
  const { status = 200, headers = {}, json } = filled(expected, version) as Expectation;
  if (answer.status !== status) return `HTTP ${answer.status} instead of ${status}`;
  for (const [name, value] of Object.entries(headers)) {
    const found = answer.headers[name.toLowerCase()];
    if (found !== value)
      return `header ${name} ${found === undefined ? "missing" : `"${found}"`} instead of "${value}"`;
  }
  if (json === undefined) return undefined;
  const found = parsed(answer.body);
  if (found === undefined) return "a body that is not JSON";
  const path = differing(json as Json, found, "");
  return path === undefined ? undefined : `another value at ${path || "the top"} of the JSON body`;
}

/** The path of the first member that differs. */
function differing(expected: Json, found: Json | undefined, path: string): string | undefined {
  if (!isObject(expected) || !isObject(found)) return isDeepStrictEqual(expected, found) ? undefined : path;
  for (const [name, member] of Object.entries(expected)) {
    const inside = differing(member, found[name], `${path}/${name}`);
    if (inside !== undefined) return inside;
  }
  return undefined;
}

/** Whether a text of what is expected holds `{version}`: then what is met proves the version. */
export function namesVersion(expectations: readonly Expectation[]): boolean {
  return JSON.stringify(expectations.map(({ headers, json }) => ({ headers, json }))).includes("{version}");
}

function filled(value: unknown, version: string): unknown {
  if (typeof value === "string") return value.replaceAll("{version}", version);
  if (Array.isArray(value)) return value.map((item) => filled(item, version));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, filled(member, version)]));
}

function isObject(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
