import { request } from "undici";

/** One GET of the public, as it is sent. */
export interface Question {
  url: URL;
  /** The public name, where the connection goes elsewhere: to a local AWS. */
  host?: string;
  /** Milliseconds for the head of the answer, and again for its body. */
  limit: number;
  signal?: AbortSignal;
}

/** What came back; header names are in lower case. */
export interface HttpAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/**
 * Asks the public. Given to whoever verifies, so that a simulation can answer in its place.
 * @throws Error when there is no answer.
 */
export type Ask = (question: Question) => Promise<HttpAnswer>;

/** Over real HTTP. Redirections are answers like any other: what they lead to is not the app. */
export const askOverHttp: Ask = async ({ url, host, limit, signal }) => {
  const { statusCode, headers, body } = await request(url, {
    // undici's fetch forbids the Host header; request passes it on.
    headers: { accept: "application/json", ...(host !== undefined && { host }) },
    headersTimeout: limit,
    bodyTimeout: limit,
    ...(signal && { signal }),
  });
  const flat = Object.entries(headers).map(([name, value]) => [name, String(value)]);
  return { status: statusCode, headers: Object.fromEntries(flat), body: await body.text() };
};
