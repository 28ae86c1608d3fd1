import { Agent } from "node:http";
import { defaultCheck, type LoadCheck, requestVersion } from "./load.js";

/** Request settings of a target. */
export interface StatedCheck {
  /** Path of the requests, below the URL's path. */
  path: string;
  /** Place of the version in the responses; false when the target states that they have none. */
  version?: LoadCheck["version"] | false;
}

/**
 * Finds the requests that a service answers with its version: the stated ones, or else `/version`. If no response has the version,
 * the stated path is requested and each response below 500 counts.
 *
 * @param url The local load balancer.
 * @param base Path of the service's public URL, such as `/api`; empty for none.
 * @param running Version that runs.
 * @throws {Error} The path returns a server error.
 */
export async function findCheck(
  url: string,
  host: string,
  { path, version, base = "" }: StatedCheck & { base?: string },
  running: string,
): Promise<LoadCheck> {
  const agent = new Agent();
  const stated = { path: `${base}${path}` };
  const candidates: LoadCheck[] =
    version === false
      ? []
      : version
        ? [{ ...stated, version }]
        : [{ ...defaultCheck, path: `${base}${defaultCheck.path}` }];
  try {
    for (const candidate of candidates)
      if ((await requestVersion(agent, url, host, candidate).catch(() => undefined)) === running) return candidate;
    await requestVersion(agent, url, host, stated);
    return stated;
  } finally {
    agent.destroy();
  }
}
