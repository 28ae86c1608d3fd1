import type { Clock } from "../../clock.js";
import { urlBelow } from "../../http-url.js";
import { type Ask, askOverHttp, type HttpAnswer } from "./ask.js";
import { difference, type Expectation } from "./expectation.js";

/** Where the public URL is asked. */
export interface HttpTarget {
  /** Such as `https://app.example.com`, or `https://example.com/api`; `/version` and the expectations' paths are requested below it. */
  baseUrl: string;
  /** The public name, where the connection goes elsewhere: to a local AWS. */
  host?: string;
  /** What other paths must answer. */
  expectations?: readonly Expectation[];
}

export type HttpCheck =
  /** The new version answered `tries` times in a row, and every expectation was met. */
  | { state: "verified"; url: string; tries: number }
  /**
   * At the end something else answered: `answered` says what. `proven` when it did so on as many tries in a row as would have
   * verified it, those of old tasks not counted: an answer in between, or a right one now and then, can be anybody's.
   */
  | { state: "wrong"; url: string; answered: string; proven: boolean }
  /** No answer that would prove anything: not reachable, or something before the app answered, or an old task that is still up. */
  | { state: "unproven"; url: string; answered: string }
  /** There is no public URL. */
  | { state: "not-checked" };

/**
 * What is asked, in the words of the report: the public address. The name by which a function reaches a local AWS is the engine's own
 * and tells people nothing.
 */
export function askedUrl({ baseUrl, host }: HttpTarget): string {
  const url = urlBelow(baseUrl, "/version");
  return host === undefined ? url.href : `${url.protocol}//${host}${url.pathname} (of the local AWS)`;
}

export interface VerifyOptions {
  /** How many right answers in a row are enough. */
  consecutive?: number;
  /** Milliseconds between two tries. */
  interval?: number;
  /** Milliseconds until it gives up. */
  limit?: number;
  /** Milliseconds for one try. */
  tryLimit?: number;
  /** The version of old tasks that are still up: what they answer now and then says nothing of the new one. */
  beside?: string;
  ask?: Ask;
}

const tryLimitDefault = 5_000;

/**
 * Asks `GET /version`, and what else is expected, until the new version has answered on every try for a short while: a load balancer
 * that still sends some requests to old tasks is found out by the row being broken. By default 5 in a row, half a second apart,
 * within a minute.
 */
export async function verify(
  http: HttpTarget | undefined,
  version: string,
  clock: Clock,
  signal?: AbortSignal,
  options: VerifyOptions = {},
): Promise<HttpCheck> {
  if (!http) return { state: "not-checked" };
  const { consecutive = 5, interval = 500, limit = 60_000, tryLimit = tryLimitDefault } = options;
  const { beside, ask = askOverHttp } = options;
  const url = askedUrl(http);
  const end = clock.now() + limit;
  for (let right = 0, proving: Try[] = []; ; ) {
    const seen = await tryOnce(http, version, { ask, limit: tryLimit, signal });
    right = seen.isRight ? right + 1 : 0;
    if (!seen.proves) proving = [];
    else if (seen.saw !== beside) proving.push(seen);
    if (right >= consecutive) return { state: "verified", url, tries: right };
    if (clock.now() >= end) {
      const proven = proving.length >= consecutive;
      return verdictOf(proven ? (proving.at(-1) as Try) : seen, { version, url, proven });
    }
    await clock.sleep(interval, signal);
  }
}

/**
 * The version that answers now, where everything that is expected holds for it too; undefined when what would be asked after a
 * rollout does not work from here before it.
 */
export async function probe(
  http: HttpTarget | undefined,
  signal?: AbortSignal,
  { tryLimit = tryLimitDefault, ask = askOverHttp }: VerifyOptions = {},
): Promise<string | undefined> {
  if (!http) return undefined;
  const how = { ask, limit: tryLimit, signal };
  const { version } = await askVersion(http, how);
  if (version === undefined) return undefined;
  return (await tryOnce(http, version, how)).isRight ? version : undefined;
}

interface How {
  ask: Ask;
  limit: number;
  signal: AbortSignal | undefined;
}
interface Try {
  isRight: boolean;
  /** Whether the answer proves that something else is served: the app's own words, or a server's error. */
  proves: boolean;
  saw: string;
}

async function tryOnce(http: HttpTarget, version: string, how: How): Promise<Try> {
  const answer = await askVersion(http, how);
  if (answer.version !== version) return { isRight: false, proves: answer.proves, saw: answer.saw };
  for (const expected of http.expectations ?? []) {
    const found = await get(http, expected.path, how);
    const differs = "status" in found ? difference(expected, found, version) : found.failure;
    if (differs) return { isRight: false, proves: "status" in found, saw: `${expected.path}: ${differs}` };
  }
  return { isRight: true, proves: false, saw: version };
}

interface VersionAnswer {
  /** Whether anything answered at all. */
  answered: boolean;
  /** Of HTTP, where anything answered. */
  status?: number;
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
  if (version !== undefined) return { answered: true, status, version, proves: true, saw: version };
  const saw = `HTTP ${status}${status === 200 ? " without a version" : ""}`;
  return { answered: true, status, proves: status >= 500, saw };
}

async function get(
  { baseUrl, host }: HttpTarget,
  path: string,
  { ask, limit, signal }: How,
): Promise<HttpAnswer | { failure: string }> {
  try {
    const url = urlBelow(baseUrl, path);
    return await ask({ url, limit, ...(host !== undefined && { host }), ...(signal && { signal }) });
  } catch (error) {
    signal?.throwIfAborted();
    return { failure: `no answer (${(error as Error).message})` };
  }
}

function versionIn(text: string): string | undefined {
  try {
    const version = (JSON.parse(text) as { version?: unknown }).version;
    return typeof version === "string" ? version : undefined;
  } catch {
    // Not JSON: whatever answered, it was not the app's /version.
    return undefined;
  }
}

function verdictOf(last: Try, { version, url, proven }: { version: string; url: string; proven: boolean }): HttpCheck {
  if (last.isRight) {
    const answered = `${version} only on some tries: other answers come too`;
    return { state: "wrong", url, answered, proven: false };
  }
  return last.proves
    ? { state: "wrong", url, answered: last.saw, proven }
    : { state: "unproven", url, answered: last.saw };
}
