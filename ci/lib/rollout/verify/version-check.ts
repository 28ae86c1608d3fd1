import type { HttpResponse } from "./http-request.js";
import { isFromApp, jsonIn } from "./response-source.js";

/**
 * Location of the version in a response: in a member of its JSON body, named by a JSON pointer
 * (https://www.rfc-editor.org/rfc/rfc6901), or in a header.
 */
export type VersionCheck = { path: string; pointer: string } | { path: string; header: string };

/** Default check, used when the target defines none. */
export const usualCheck: VersionCheck = { path: "/version", pointer: "/version" };

/** Maximum characters of a version, as for an image tag. */
const longestVersion = 128;

/**
 * Returns the version in a response; undefined when there is none. A body counts only with status 200, a header with every status below
 * 500: the app sets it, even on a redirect to a sign-in page. Pure.
 * @param stated Undefined for the default check, where a number is usually the version of an API.
 */
export function versionIn(answer: HttpResponse, stated: VersionCheck | undefined): string | undefined {
  const check = stated ?? usualCheck;
  if ("header" in check)
    return answer.status < 500 ? usable(answer.headers[check.header.toLowerCase()]?.trim()) : undefined;
  if (answer.status !== 200) return undefined;
  const found = memberAt(jsonIn(answer.body), check.pointer);
  return usable(stated && Number.isSafeInteger(found) ? String(found) : found);
}

/** Describes a response without a version, such as `HTTP 200 without a version`. */
export function withoutVersion({ status }: HttpResponse, stated: VersionCheck | undefined): string {
  if (stated && "header" in stated) return `HTTP ${status} without the header ${stated.header}`;
  if (status !== 200) return `HTTP ${status}`;
  return `HTTP 200 without a version${stated ? ` at ${JSON.stringify(stated.pointer)}` : ""}`;
}

/** Returns true when a response without a version shows that the app fails. */
export function isAppFailure(answer: HttpResponse): boolean {
  return answer.status >= 500 && isFromApp(answer);
}

function usable(found: unknown): string | undefined {
  return typeof found === "string" && found !== "" && found.length <= longestVersion ? found : undefined;
}

/** Returns the value that a JSON pointer names; undefined when there is none. An index of a list has no leading zero. */
function memberAt(document: unknown, pointer: string): unknown {
  const names = pointer.split("/").slice(1);
  return names
    .map((name) => name.replaceAll("~1", "/").replaceAll("~0", "~"))
    .reduce<unknown>((value, name) => {
      if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
      if (Array.isArray(value) && !/^(?:0|[1-9]\d*)$/.test(name)) return undefined;
      return (value as Record<string, unknown>)[name];
    }, document);
}
