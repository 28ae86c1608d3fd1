import { Agent } from "node:http";
import { defaultCheck, type LoadCheck, requestVersion } from "./load.js";

/** What a target states of the requests. */
export interface StatedCheck {
  /** Where the answers are requested, below the URL's own path. */
  path: string;
  /** Where they carry the version; false where the target states that they carry none. */
  version?: LoadCheck["version"] | false;
}

/**
 * Finds out which requests a service answers with its version: the stated ones, or else `/version`. Where it answers none with the version,
 * the stated path is requested and each answer below 500 counts.
 *
 * @param url The local load balancer.
 * @param base Path of the service's public URL, such as `/api`; empty for none.
 * @param running The version that runs.
 * @throws {Error} The path is answered by an error of the server's.
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
