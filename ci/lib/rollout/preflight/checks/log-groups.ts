import { fixOf } from "../../../aws/try-read.js";
import type { LogGroupFacts, PreflightFacts } from "../facts.js";
import type { Finding } from "../finding.js";

/** Each log group that a container writes to is there: a task whose log can't be opened does not start. */
export function logGroups({ logGroups }: PreflightFacts): Finding[] {
  return logGroups.flatMap(judge);
}

function judge({ container, group, region, exists }: LogGroupFacts): Finding[] {
  if ("unknown" in exists) {
    return [
      {
        id: "log-group-missing",
        level: "not-checked",
        what: `Whether the log group ${group} of ${container} is there could not be read: ${exists.unknown}.`,
        fix: fixOf(exists.unknown, "Allow logs:DescribeLogStreams on it, or see for yourself."),
      },
    ];
  }
  if (exists.value) return [];
  return [
    {
      id: "log-group-missing",
      level: "error",
      what: `${container} logs to ${group} in ${region}, and there is no such log group: its tasks could not start.`,
      fix: `Create it: aws logs create-log-group --region ${region} --log-group-name ${group}.`,
    },
  ];
}
