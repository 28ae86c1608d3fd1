import { compareVersions } from "../../../config/version.js";
import type { PreflightFacts } from "../facts.js";
import type { Finding } from "../finding.js";

/** The release is not older than what runs. A warning: a deploy may go back on purpose, and a workflow run that is started again does not. */
export function olderVersion({ release, running, verb }: PreflightFacts): Finding[] {
  if (verb === "rollback" || running.version === undefined) return [];
  const order = compareVersions(release.version, running.version);
  if (order === undefined || order >= 0) return [];
  return [
    {
      id: "older-version",
      level: "warning",
      what: `${release.version} is older than ${running.version}, which the service is set to.`,
      fix: `If ${release.version} ran before, rollback --to ${release.version} brings its whole revision back, with its settings. If an earlier workflow run was started again, cancel it.`,
    },
  ];
}
