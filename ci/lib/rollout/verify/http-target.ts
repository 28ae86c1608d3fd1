import { urlBelow } from "../../common/http-url.js";
import type { Expectation } from "./expectation.js";
import { usualCheck, type VersionCheck } from "./version-check.js";

/** The public URL and its checks. */
export interface HttpTarget {
  /** Such as `https://app.example.com`, or `https://example.com/api`; the paths of the checks are requested below it. */
  baseUrl: string;
  /** The public name, where the connection goes elsewhere: to a local AWS. */
  host?: string;
  /** True: no proxy is used, as for a task at its own address. */
  direct?: boolean;
  /**
   * Check that proves the version; with `false` only the expectations count. Without it `/version` is tried, and counts when the running
   * version responds there.
   */
  versionCheck?: VersionCheck | false;
  /** Expected responses of other paths. */
  expectations?: readonly Expectation[];
}

/**
 * Returns the checked URL for the report, with the public host name. The host name by which a function reaches a local AWS is internal to
 * the engine and of no use to people.
 */
export function checkedUrl({ baseUrl, host, versionCheck, expectations = [] }: HttpTarget): string {
  const path = versionCheck === false ? (expectations[0]?.path ?? "/") : (versionCheck ?? usualCheck).path;
  const url = urlBelow(baseUrl, path);
  return host === undefined ? url.href : `${url.protocol}//${host}${url.pathname} (of the local AWS)`;
}

const taskPrefix = "task ";

/** Returns what stands in place of a URL where a task was requested at its own address. */
export function taskAddress(id: string): string {
  return `${taskPrefix}${id}`;
}

/** Returns true where a task at its own address has answered, and not the public URL. */
export function isOfTask({ url }: { url: string }): boolean {
  return url.startsWith(taskPrefix);
}
