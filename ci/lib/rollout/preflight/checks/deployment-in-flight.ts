import { nameIn } from "../../../aws/arn.js";
import { fixOf } from "../../../aws/try-read.js";
import { isFinished } from "../../../ecs/states.js";
import type { PreflightFacts } from "../facts.js";
import type { Finding } from "../finding.js";

/** No deployment of the service is unfinished: one that is rolling back has nothing to return to, and a deploy on top of it can stall. */
export function inFlight({ service, deployments }: PreflightFacts): Finding[] {
  const unfinished = deployments.listed.find((one) => !isFinished(one.status));
  const settling = service.deployments?.find((one) => one.status === "PRIMARY" && one.rolloutState === "IN_PROGRESS");
  if (!unfinished && !settling) return deployments.classicOnly === undefined ? [] : notListed(deployments.classicOnly);
  const what = unfinished
    ? `${nameIn(unfinished.arn)} to ${shortName(unfinished.taskDefinition)} is ${unfinished.status}.`
    : `${settling?.id} to ${shortName(settling?.taskDefinition)} is IN_PROGRESS.`;
  return [
    {
      id: "deployment-in-flight",
      level: "error",
      what: `The service is being deployed to: ${what}`,
      fix: "Wait for its end. If it brings this very version and image, a deploy attaches to it.",
    },
  ];
}

/** The classic list knows only three states of a deployment: a stop that somebody asked for is none of them. */
function notListed(reason: string): Finding[] {
  return [
    {
      id: "deployment-in-flight",
      level: "not-checked",
      what: `Whether a service deployment is unfinished could not be read: ${reason}.`,
      fix: fixOf(reason, "Allow ecs:ListServiceDeployments and ecs:DescribeServiceRevisions on the service."),
    },
  ];
}

function shortName(arn: string | undefined): string {
  return arn === undefined ? "an unknown revision" : nameIn(arn);
}
