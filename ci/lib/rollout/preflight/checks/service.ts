import { nameIn } from "../../../common/aws-names.js";
import { fixOf } from "../../../common/readable.js";
import { isFinished } from "../../../ecs/states.js";
import { lockOf } from "../../lock-tag.js";
import { error, notRead, type Finding as TopicFinding } from "../finding.js";
import type { BaseFacts } from "../shared-reads.js";

const ids = ["other-place", "deployment-in-flight", "locked"] as const;
type Finding = TopicFinding<(typeof ids)[number]>;

/** Checks that the service is in the account and the region that the target names. */
export function otherPlace({ service, target }: BaseFacts): Finding[] {
  const [, , , region, account] = (service.serviceArn ?? "").split(":");
  if (region === undefined || (region === target.region && account === target.account)) return [];
  return error(
    "other-place",
    `The service is in ${region}, account ${account}; the target names ${target.region}, account ${target.account}.`,
    'Correct "region" or "account" in the target, or choose another --target.',
  );
}

/** Checks that no deployment of the service is in flight: one that rolls back has nothing to return to, and a deploy over it can stall. */
export function inFlight({ service, deployments }: BaseFacts): Finding[] {
  const unfinished = deployments.listed.find((one) => !isFinished(one.status));
  const settling = service.deployments?.find((one) => one.status === "PRIMARY" && one.rolloutState === "IN_PROGRESS");
  if (!unfinished && !settling) return deployments.classicOnly === undefined ? [] : notListed(deployments.classicOnly);
  const what = unfinished
    ? `${nameIn(unfinished.arn)} to ${shortName(unfinished.taskDefinition)} is ${unfinished.status}.`
    : `${settling?.id} to ${shortName(settling?.taskDefinition)} is IN_PROGRESS.`;
  return error(
    "deployment-in-flight",
    `The service is being deployed to: ${what}`,
    "Wait for its end. If it brings the same version and image, a deploy attaches to it.",
  );
}

/** Checks that no user has locked the service. */
function locked({ service, target }: BaseFacts): Finding[] {
  const lock = lockOf(service);
  if (!lock) return [];
  const since = lock.since === 0 ? "" : ` since ${new Date(lock.since).toISOString()}`;
  return error(
    "locked",
    `${target.service} is locked by ${lock.by}${since}, reason: ${lock.reason}.`,
    "Wait until it is unlocked (deploy --wait-for-lock MINUTES), or run unlock; --ignore locked deploys all the same.",
  );
}

/** The deployments in DescribeServices have only three states, and a requested stop is none of them. */
function notListed(reason: string): Finding[] {
  return notRead(
    "deployment-in-flight",
    `Whether a service deployment is unfinished could not be read: ${reason}.`,
    fixOf(reason, "Allow ecs:ListServiceDeployments and ecs:DescribeServiceRevisions on the service."),
  );
}

function shortName(arn: string | undefined): string {
  return arn === undefined ? "an unknown revision" : nameIn(arn);
}

export const serviceTopic = {
  ids,
  judge: (facts: BaseFacts): Finding[] => [...otherPlace(facts), ...inFlight(facts), ...locked(facts)],
};
