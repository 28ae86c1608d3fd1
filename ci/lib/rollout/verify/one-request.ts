import { urlBelow } from "../../common/http-url.js";
import { difference, namesVersion } from "./expectation.js";
import type { HttpResponse, SendRequest } from "./http-request.js";
import type { HttpTarget } from "./http-target.js";
import { cacheOf, isFromApp, jsonIn } from "./response-source.js";
import { isAppFailure, usualCheck, versionIn, withoutVersion } from "./version-check.js";

/** Options for sending a request. */
export interface RequestOptions {
  ask: SendRequest;
  /** Milliseconds for one exchange. */
  limit: number;
  signal: AbortSignal | undefined;
}

export interface CheckAttempt {
  isRight: boolean;
  /** True when there was any response. */
  answered: boolean;
  /** True when the app itself gave a response that counts as evidence: a version, an unmet expectation, or a server error. */
  proves: boolean;
  /** True when the app itself gave the response, right or wrong. */
  isOfApp?: boolean;
  /** The version in the response. */
  version?: string;
  /** True when a response contained a version, including one from a cache. */
  sawVersion?: true;
  saw: string;
}

/**
 * Requests the version and checks all expectations, once. Without a version check only the expectations count.
 * @param version The right version; when undefined, any version is right.
 */
export async function checkOnce(
  http: HttpTarget,
  version: string | undefined,
  how: RequestOptions,
): Promise<CheckAttempt> {
  if (http.versionCheck === false) return (await missed(http, version, how)) ?? { ...met, saw: "what is expected" };
  const { version: found, ...answer } = await requestVersion(http, how);
  const { answered, proves, saw, sawVersion } = answer;
  const known = {
    isOfApp: answer.isOfApp,
    ...(found !== undefined && { version: found }),
    ...(sawVersion && { sawVersion }),
  };
  if (found === undefined || (version !== undefined && found !== version))
    return { isRight: false, answered, proves, ...known, saw };
  return { ...((await missed(http, found, how)) ?? { ...met, saw }), ...known };
}

const met = { isRight: true, answered: true, proves: false };

/** Returns the attempt with the first expectation that is not met; undefined when all are met. */
async function missed(
  http: HttpTarget,
  version: string | undefined,
  how: RequestOptions,
): Promise<CheckAttempt | undefined> {
  const { expectations = [] } = http;
  if (version === undefined && namesVersion(expectations))
    return { isRight: false, answered: false, proves: false, saw: "the running version is not known" };
  for (const expected of expectations) {
    const answer = await get(http, expected.path, how);
    if (!("status" in answer))
      return { isRight: false, answered: false, proves: false, saw: `${expected.path}: ${answer.failure}` };
    const cache = cacheOf(answer);
    const differs = cache ?? difference(expected, answer, version ?? "");
    if (differs) {
      const isApp =
        cache === undefined && isFromApp(answer) && (expected.json === undefined || jsonIn(answer.body) !== undefined);
      return { isRight: false, answered: true, proves: isApp, saw: `${expected.path}: ${differs}` };
    }
  }
  return undefined;
}

interface VersionAnswer {
  /** True when there was any response. */
  answered: boolean;
  /** HTTP status, when there was a response. */
  status?: number;
  /** The version, when the app itself gave the response. */
  version?: string;
  /** True when the response contained a version, including one from a cache. */
  sawVersion?: true;
  /** True when the app itself gave the response, right or wrong. */
  isOfApp: boolean;
  proves: boolean;
  saw: string;
}

/** Sends the request of the target's version check once; `GET /version` when it defines none. */
export async function requestVersion(http: HttpTarget, how: RequestOptions): Promise<VersionAnswer> {
  const check = http.versionCheck || undefined;
  const answer = await get(http, (check ?? usualCheck).path, how);
  if (!("status" in answer)) return { answered: false, isOfApp: false, proves: false, saw: answer.failure };
  const { status } = answer;
  const version = versionIn(answer, check);
  const cache = cacheOf(answer);
  const isApp = cache === undefined && isFromApp(answer);
  const seen = { answered: true, status, isOfApp: isApp, ...(version !== undefined && { sawVersion: true as const }) };
  if (cache !== undefined) return { ...seen, proves: false, saw: `${version ?? `HTTP ${status}`} ${cache}` };
  if (version !== undefined) return { ...seen, version, proves: true, saw: version };
  return { ...seen, proves: isAppFailure(answer), saw: withoutVersion(answer, check) };
}

/** Sends one request of the target's checks: for the version, or for the first expectation. */
export async function requestAny(
  http: HttpTarget,
  how: RequestOptions,
): Promise<Pick<VersionAnswer, "answered" | "status" | "version" | "sawVersion" | "saw">> {
  if (http.versionCheck !== false) return await requestVersion(http, how);
  const answer = await get(http, http.expectations?.[0]?.path ?? "/", how);
  if (!("status" in answer)) return { answered: false, saw: answer.failure };
  return { answered: true, status: answer.status, saw: `HTTP ${answer.status}` };
}

/** Sends a request, and repeats it past the cache when a cache answered. */
async function get(http: HttpTarget, path: string, how: RequestOptions): Promise<HttpResponse | { failure: string }> {
  const answer = await getOnce(http, path, how);
  return "status" in answer && cacheOf(answer) !== undefined ? await getOnce(http, path, how, true) : answer;
}

async function getOnce(
  { baseUrl, host, direct }: HttpTarget,
  path: string,
  { ask, limit, signal }: RequestOptions,
  fresh = false,
): Promise<HttpResponse | { failure: string }> {
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
