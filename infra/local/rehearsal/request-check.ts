import { Agent } from "node:http";
import { ask, type LoadCheck } from "./load.js";

/**
 * Finds out which requests a service answers: `/version` where it returns the version that runs, or else the given path.
 *
 * @param url The local load balancer.
 * @throws {Error} The path is answered by an error of the server's.
 */
export async function findCheck(url: string, host: string, path: string, version: string): Promise<LoadCheck> {
  const agent = new Agent();
  const base = path.slice(0, path.indexOf("/", 1) + 1) || "/";
  try {
    for (const candidate of new Set([`${base}version`, "/version"])) {
      const check = { path: candidate, hasVersion: true };
      if ((await ask(agent, url, host, check).catch(() => undefined)) === version) return check;
    }
    const check = { path, hasVersion: false };
    await ask(agent, url, host, check);
    return check;
  } finally {
    agent.destroy();
  }
}
