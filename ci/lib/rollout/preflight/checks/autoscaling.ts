import { fixOf, type Readable } from "../../../common/readable.js";
import { isSuspended, readScaling, type Scaling } from "../../../ecs/scaling.js";
import { notRead, type Finding as TopicFinding, warning } from "../finding.js";
import type { BaseFacts, SharedReads } from "../shared-reads.js";

const ids = ["autoscaling"] as const;
type Finding = TopicFinding<(typeof ids)[number]>;

export interface AutoscalingFacts {
  /** Its value is undefined where the service has no autoscaling, and for a rolling deployment. */
  scaling: Readable<Scaling | undefined>;
}

/**
 * Points out autoscaling that may change the number of tasks while two revisions run. Application Auto Scaling suspends scaling in during a
 * deployment, and not scaling out: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/troubleshoot-service-auto-scaling.html
 * Policies and schedules are not read: a range without any never changes the number.
 */
export function autoscaling({ service, target, scaling }: BaseFacts & AutoscalingFacts): Finding[] {
  if ("unknown" in scaling) {
    return notRead(
      "autoscaling",
      `Whether autoscaling may change the number of tasks during the deployment could not be read: ${scaling.unknown}.`,
      fixOf(
        scaling.unknown,
        "Allow application-autoscaling:DescribeScalableTargets on all resources: it can't be limited to one.",
      ),
    );
  }
  if (scaling.value === undefined || isSuspended(scaling.value, ["Out", "Scheduled"])) return [];
  const { MinCapacity = 0, MaxCapacity = 0 } = scaling.value;
  const { strategy = "ROLLING" } = service.deploymentConfiguration ?? {};
  return warning(
    "autoscaling",
    `Autoscaling keeps ${MinCapacity} to ${MaxCapacity} tasks, and goes on to scale out while ${strategy} runs two revisions; it suspends only scaling in during a deployment. The number of tasks may change in the middle.`,
    `Have room for two revisions of ${MaxCapacity} tasks, or suspend scaling out for its time: aws application-autoscaling register-scalable-target --service-namespace ecs --scalable-dimension ecs:service:DesiredCount --resource-id service/${target.cluster}/${target.service} --suspended-state DynamicScalingOutSuspended=true,ScheduledScalingSuspended=true; false ends it.`,
  );
}

export const autoscalingTopic = {
  ids,
  read: async ({ session, service }: SharedReads): Promise<AutoscalingFacts> => {
    const { strategy = "ROLLING" } = service.deploymentConfiguration ?? {};
    return { scaling: strategy === "ROLLING" ? { value: undefined } : await readScaling(session) };
  },
  judge: autoscaling,
};
