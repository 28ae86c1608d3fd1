import { Agent, type IncomingHttpHeaders, request } from "node:http";

/** Path of the requests, and the place of the version in a response. */
export interface LoadCheck {
  path: string;
  /**
   * Place of the version in every response: a member of its JSON, by a JSON pointer, or a header. Without it a response below 500 is
   * ok, and counted by its status.
   */
  version?: { pointer: string } | { header: string };
}

/** Version check of the sample, and default of other services. */
export const defaultCheck: LoadCheck = { path: "/version", version: { pointer: "/version" } };

/** Results of a constant stream of requests to the service's public address. */
export interface LoadResult {
  /** Number of responses by version served, or by status such as `HTTP 200`. */
  versions: Map<string, number>;
  ok: number;
  failed: number;
  /** Messages of the first failures. */
  failures: string[];
  answers: LoadAnswer[];
}

/** Version of one response, and the time of its request as of `performance.now()`. */
export interface LoadAnswer {
  at: number;
  version: string;
}

export interface Load {
  stop(): Promise<LoadResult>;
}

/** Maximum time for one response, in milliseconds: the idle timeout of an Application Load Balancer. */
const PATIENCE = 60_000;

/**
 * Sends requests at a constant rate, independent of the response times, like users.
 * @param url The local load balancer. @param host The public host name that it routes by. @param perSecond Requests a second.
 */
export function startLoad(url: string, host: string, perSecond: number, check = defaultCheck): Load {
  const result: LoadResult = { versions: new Map(), ok: 0, failed: 0, failures: [], answers: [] };
  const agent = new Agent({ keepAlive: true });
  const open = new Set<Promise<void>>();
  const started = performance.now();
  let sent = 0;
  // Paced by the clock, not by timer ticks: a late tick sends all requests that are due.
  const timer = setInterval(() => {
    const due = ((performance.now() - started) / 1000) * perSecond;
    for (; sent < due; sent++) {
      const at = performance.now();
      const answered: Promise<void> = requestVersion(agent, url, host, check)
        .then((version) => {
          result.ok++;
          result.answers.push({ at, version });
          result.versions.set(version, (result.versions.get(version) ?? 0) + 1);
        })
        .catch((error: Error) => {
          result.failed++;
          if (result.failures.length < 5) result.failures.push(error.message);
        })
        .finally(() => open.delete(answered));
      open.add(answered);
    }
  }, 1000 / perSecond);
  return {
    async stop() {
      clearInterval(timer);
      await Promise.all(open);
      agent.destroy();
      return result;
    },
  };
}

/** Maximum length of a response, in characters. */
const LARGEST_ANSWER = 1 << 20;

/** Requests the version and returns it, or the status. @throws {Error} Another response, or none within 60 s. */
export async function requestVersion(agent: Agent, url: string, host: string, check = defaultCheck): Promise<string> {
  const { status = 0, headers, body } = await get(agent, new URL(`${url}${check.path}`), host);
  if (!check.version && status < 500) return `HTTP ${status}`;
  if (!check.version || status >= 500 || ("pointer" in check.version && status !== 200))
    throw new Error(`HTTP ${status}: ${shown(body)}`);
  const version =
    "header" in check.version
      ? headers[check.version.header.toLowerCase()]
      : memberAt(body, check.version.pointer, check.version !== defaultCheck.version);
  if (typeof version === "string" && version !== "") return version;
  throw new Error(`HTTP ${status} without a version: ${shown(body)}`);
}

/**
 * Returns the text at a JSON pointer: https://www.rfc-editor.org/rfc/rfc6901
 *
 * @param isStated True when the target states the pointer: a number is then a version too. At the default path a number is an API's version.
 */
function memberAt(json: string, pointer: string, isStated: boolean): string | undefined {
  const names = pointer.split("/").slice(1);
  try {
    const found = names
      .map((name) => name.replaceAll("~1", "/").replaceAll("~0", "~"))
      .reduce<unknown>((value, name) => Object(value)[name], JSON.parse(json));
    return typeof found === "string" || (isStated && typeof found === "number") ? String(found) : undefined;
  } catch {
    return undefined;
  }
}

const shown = (body: string) => body.replace(/\s+/g, " ").slice(0, 200);

interface Answer {
  status: number | undefined;
  headers: IncomingHttpHeaders;
  body: string;
}

function get(agent: Agent, url: URL, host: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = request(url, { agent, headers: { host }, timeout: PATIENCE }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        body += chunk;
        if (body.length > LARGEST_ANSWER)
          call.destroy(new Error(`an answer of more than ${LARGEST_ANSWER} characters`));
      });
      response.on("error", reject);
      response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, body }));
    });
    call.on("timeout", () => call.destroy(new Error(`no answer within ${PATIENCE / 1000} s`)));
    call.on("error", reject);
    call.end();
  });
}
