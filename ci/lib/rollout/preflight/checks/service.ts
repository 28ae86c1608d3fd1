import { nameIn } from "../../../common/aws-names.js";
import { fixOf } from "../../../common/readable.js";
import type { ServiceDeploymentView } from "../../../ecs/snapshot.js";
import { describeInFlight, unfinishedOf } from "../../plan/deployment-in-flight.js";
import { readInFlight } from "../../refuse-busy.js";
import { error, notRead, type Finding as TopicFinding } from "../finding.js";
import type { BaseFacts, SharedReads } from "../shared-reads.js";

const ids = ["other-place", "deployment-in-flight"] as const;
type Finding = TopicFinding<(typeof ids)[number]>;

export interface ServiceFacts {
  /** State of the deployment in flight, where there is one and it could be read. */
  inFlightView?: ServiceDeploymentView;
}

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
export function inFlight({ service, deployments, inFlightView }: BaseFacts & ServiceFacts): Finding[] {
  const unfinished = unfinishedOf(deployments);
  const settling = service.deployments?.find((one) => one.status === "PRIMARY" && one.rolloutState === "IN_PROGRESS");
  if (!unfinished && !settling) return deployments.classicOnly === undefined ? [] : notListed(deployments.classicOnly);
  const name = unfinished
    ? `${nameIn(unfinished.arn)} to ${shortName(unfinished.taskDefinition)}`
    : `${settling?.id} to ${shortName(settling?.taskDefinition)}`;
  const { state, next } = describeInFlight(unfinished?.status ?? "IN_PROGRESS", inFlightView);
  return error(
    "deployment-in-flight",
    `The service is being deployed to: ${name} is ${state}.`,
    `${next} If it brings the same version and image, a deploy attaches to it.`,
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
  read: async ({ session, deployments }: SharedReads): Promise<ServiceFacts> => {
    const unfinished = unfinishedOf(deployments);
    const inFlightView = unfinished && (await readInFlight(session, unfinished));
    return { ...(inFlightView && { inFlightView }) };
  },
  judge: (facts: BaseFacts & ServiceFacts): Finding[] => [...otherPlace(facts), ...inFlight(facts)],
};
