import { urlBelow } from "../../http-url.js";
import type { Ask, HttpAnswer } from "./ask.js";
import { difference } from "./expectation.js";
import { cacheOf, isJson, isOfApp } from "./source.js";
import type { HttpTarget } from "./verify.js";

/** How a question is sent. */
export interface How {
  ask: Ask;
  /** Milliseconds for one exchange. */
  limit: number;
  signal: AbortSignal | undefined;
}

export interface Try {
  isRight: boolean;
  /** True where the app itself answered, so that a wrong answer proves something. */
  proves: boolean;
  /** The version that answered. */
  version?: string;
  saw: string;
}

/**
 * Asks for the version and for all that is expected, once.
 * @param version The right one; any version is where it is undefined.
 */
export async function tryOnce(http: HttpTarget, version: string | undefined, how: How): Promise<Try> {
  const answer = await askVersion(http, how);
  const { version: found, proves, saw } = answer;
  if (found === undefined) return { isRight: false, proves, saw };
  if (version !== undefined && found !== version) return { isRight: false, proves, version: found, saw };
  for (const expected of http.expectations ?? []) {
    const answer = await get(http, expected.path, how);
    if (!("status" in answer))
      return { isRight: false, proves: false, version: found, saw: `${expected.path}: ${answer.failure}` };
    const cache = cacheOf(answer);
    const differs = cache ?? difference(expected, answer, found);
    if (differs) {
      const isApp = cache === undefined && isOfApp(answer) && (expected.json === undefined || isJson(answer.body));
      return { isRight: false, proves: isApp, version: found, saw: `${expected.path}: ${differs}` };
    }
  }
  return { isRight: true, proves: false, version: found, saw };
}

interface VersionAnswer {
  /** Whether anything answered at all. */
  answered: boolean;
  /** Of HTTP, where anything answered. */
  status?: number;
  /** The version of an answer that the app itself gave. */
  version?: string;
  proves: boolean;
  saw: string;
}

/** One `GET /version`. */
export async function askVersion(http: HttpTarget, how: How): Promise<VersionAnswer> {
  const answer = await get(http, "/version", how);
  if (!("status" in answer)) return { answered: false, proves: false, saw: answer.failure };
  const { status, body } = answer;
  const version = status === 200 ? versionIn(body) : undefined;
  const cache = cacheOf(answer);
  if (cache !== undefined)
    return { answered: true, status, proves: false, saw: `${version ?? `HTTP ${status}`} ${cache}` };
  if (version !== undefined) return { answered: true, status, version, proves: true, saw: version };
  const saw = `HTTP ${status}${status === 200 ? " without a version" : ""}`;
  return { answered: true, status, proves: status >= 500 && isOfApp(answer), saw };
}

/** Asks once more past a cache where one answered. */
async function get(http: HttpTarget, path: string, how: How): Promise<HttpAnswer | { failure: string }> {
  const answer = await getOnce(http, path, how);
  return "status" in answer && cacheOf(answer) !== undefined ? await getOnce(http, path, how, true) : answer;
}

async function getOnce(
  { baseUrl, host, direct }: HttpTarget,
  path: string,
  { ask, limit, signal }: How,
  fresh = false,
): Promise<HttpAnswer | { failure: string }> {
  try {
    const url = urlBelow(baseUrl, path);
    return await ask({
      url,
      limit,
      ...(host !== undefined && { host }),
      ...(direct && { direct }),
      ...(fresh && { fresh }),
      ...(signal && { signal }),
    });
  } catch (error) {
    signal?.throwIfAborted();
    return { failure: `no answer (${(error as Error).message})` };
  }
}

/** As long as an image's tag may be. */
const longestVersion = 128;

function versionIn(text: string): string | undefined {
  try {
    const version = (JSON.parse(text) as { version?: unknown }).version;
    return typeof version === "string" && version.length <= longestVersion ? version : undefined;
  } catch {
    // Not JSON: whatever answered, it was not the app's /version.
    return undefined;
  }
}
