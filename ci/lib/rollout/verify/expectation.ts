import { isDeepStrictEqual } from "node:util";
import type { Json } from "../../aws/raw-task-definition.js";
import type { HttpResponse } from "./http-request.js";
import { jsonIn } from "./response-source.js";

/** Expected response of a path of the service, besides `/version`. `{version}` in a text stands for the requested version. */
export interface Expectation {
  /** Relative to the public URL, path included, such as `/healthz`. */
  path: string;
  /** Default: 200. */
  status?: number | undefined;
  /** Exact values by header name; the case of names is ignored. */
  headers?: Record<string, string> | undefined;
  /** Expected JSON body: of an object only the members listed here are compared; lists and other values must be equal. */
  json?: unknown;
}

/** Describes the difference between a response and the expectation; undefined when there is none. Pure. */
export function difference(expected: Expectation, answer: HttpResponse, version: string): string | undefined {
  const { status = 200, headers = {}, json } = filled(expected, version) as Expectation;
  if (answer.status !== status) return `HTTP ${answer.status} instead of ${status}`;
  for (const [name, value] of Object.entries(headers)) {
    const found = answer.headers[name.toLowerCase()];
    if (found !== value)
      return `header ${name} ${found === undefined ? "missing" : `"${found}"`} instead of "${value}"`;
  }
  if (json === undefined) return undefined;
  const found = jsonIn(answer.body);
  if (found === undefined) return "a body that is not JSON";
  const path = differing(json as Json, found, "");
  return path === undefined ? undefined : `another value at ${path || "the top"} of the JSON body`;
}

/** Returns the path of the first member that differs. */
function differing(expected: Json, found: Json | undefined, path: string): string | undefined {
  if (!isObject(expected) || !isObject(found)) return isDeepStrictEqual(expected, found) ? undefined : path;
  for (const [name, member] of Object.entries(expected)) {
    const inside = differing(member, found[name], `${path}/${name}`);
    if (inside !== undefined) return inside;
  }
  return undefined;
}

/** Returns true when an expectation contains `{version}`: meeting it proves the version then. */
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
