import { request } from "undici";
import type { Clock } from "../clock.js";

/** Where the public URL is asked. */
export interface HttpTarget {
  /** Such as `https://app.example.com`; `/version` is asked below it. */
  baseUrl: string;
  /** The public name, where the connection goes elsewhere: to a local AWS. */
  host?: string;
}

export type HttpCheck =
  /** The new version answered `tries` times in a row. */
  | { state: "verified"; url: string; tries: number }
  /** At the end something else answered: `answered` says what. */
  | { state: "wrong"; url: string; answered: string }
  /** No answer that would prove anything: not reachable, or something before the app answered. */
  | { state: "unproven"; url: string; answered: string }
  /** There is no public URL. */
  | { state: "not-checked" };

/**
 * What is asked, in the words of the report: the public address. The name by which a function reaches a local AWS is the engine's own
 * and tells people nothing.
 */
export function askedUrl({ baseUrl, host }: HttpTarget): string {
  const url = new URL("/version", baseUrl);
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
}

/**
 * Asks `GET /version` until the new version has answered on every try for a short while: a load balancer that still sends some
 * requests to old tasks is found out by the row being broken. By default 5 in a row, half a second apart, within a minute.
 */
export async function verify(
  http: HttpTarget | undefined,
  version: string,
  clock: Clock,
  signal?: AbortSignal,
  { consecutive = 5, interval = 500, limit = 60_000, tryLimit = 5_000 }: VerifyOptions = {},
): Promise<HttpCheck> {
  if (!http) return { state: "not-checked" };
  const url = askedUrl(http);
  const end = clock.now() + limit;
  for (let row = 0; ; ) {
    const answer = await askVersion(http, tryLimit, signal);
    row = answer.version === version ? row + 1 : 0;
    if (row >= consecutive) return { state: "verified", url, tries: row };
    if (clock.now() >= end) return verdictOf(answer, version, url);
    await clock.sleep(interval, signal);
  }
}

interface Answer {
  version?: string;
  /** Whether the answer proves what is served: the app's own words, or a server's error. */
  proves: boolean;
  saw: string;
}

async function askVersion({ baseUrl, host }: HttpTarget, limit: number, signal?: AbortSignal): Promise<Answer> {
  try {
    const { statusCode, body } = await request(new URL("/version", baseUrl), {
      // undici's fetch forbids the Host header; request passes it on.
      headers: { accept: "application/json", ...(host !== undefined && { host }) },
      headersTimeout: limit,
      bodyTimeout: limit,
      ...(signal && { signal }),
    });
    const text = await body.text();
    const version = statusCode === 200 ? versionIn(text) : undefined;
    if (version !== undefined) return { version, proves: true, saw: version };
    return { proves: statusCode >= 500, saw: `HTTP ${statusCode}${statusCode === 200 ? " without a version" : ""}` };
  } catch (error) {
    signal?.throwIfAborted();
    return { proves: false, saw: `no answer (${(error as Error).message})` };
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

function verdictOf(last: Answer, version: string, url: string): HttpCheck {
  if (last.version === version) {
    return { state: "wrong", url, answered: `${version} only on some tries: other versions answer too` };
  }
  return { state: last.proves ? "wrong" : "unproven", url, answered: last.saw };
}
