import type { UpdateServiceRequest } from "@aws-sdk/client-ecs";
import { withoutRetries } from "../../aws/retries.js";
import { abort, sdk } from "../../aws/sdk.js";
import { LostAnswer, sendOnce } from "../calls/send-once.js";
import type { OwnRevision } from "../revisions/own-revisions.js";
import type { Session } from "../session.js";
import { supersededBeforeStart } from "./change-errors.js";
import { deploymentOf, lookUpRollout, pollForRollout, type RolloutIds } from "./rollout-lookup.js";

/** Members of UpdateService that are set together with the revision. */
export type ServiceUpdate = Omit<UpdateServiceRequest, "cluster" | "service" | "taskDefinition">;

/**
 * Sets the service to the deploy's revision, unless an earlier call did. UpdateService is sent only when no rollout of the revision is
 * listed and the service is still set to the revision's base, and again after a lost answer only when that holds through the lag
 * window. A late repetition is harmless: the same revision without forceNewDeployment begins nothing.
 * @param changes Requested values only: autoscaling may change the others.
 * @param isNew True when this call registered the revision, so that no rollout of it can exist.
 * @param describe Wraps errors of the reads before the first UpdateService.
 * @throws SlipwayError with exit code 5 when another deployment has set the service to another revision.
 */
export async function update(
  session: Session,
  revision: OwnRevision,
  changes: ServiceUpdate,
  isNew: boolean,
  describe: <T>(work: Promise<T>) => Promise<T> = (work) => work,
): Promise<RolloutIds> {
  for (let times = 1; ; times++) {
    const looking = isNew && times === 1 ? lookUpRollout(session, revision.arn) : pollForRollout(session, revision);
    const seen = await (times === 1 ? describe(looking) : looking);
    if ("begun" in seen) return seen.begun;
    if (seen.primary !== revision.base) throw supersededBeforeStart(session.target.service, revision.arn, seen.primary);
    try {
      return await send(session, revision.arn, changes);
    } catch (error) {
      if (!(error instanceof LostAnswer) || times === tries) throw error;
      session.progress("UpdateService was not answered: searching the rollout.");
    }
  }
}

const tries = 3;

/** The rollout is the PRIMARY deployment in the answer whose task definition is ours. */
async function send(session: Session, taskDefinition: string, changes: ServiceUpdate): Promise<RolloutIds> {
  const { cluster, service } = session.target;
  const answer = await sendOnce(session, "UpdateService", () =>
    session.aws.ecs.send(
      withoutRetries(new sdk.ecs.UpdateServiceCommand({ cluster, service, ...changes, taskDefinition })),
      abort(session),
    ),
  );
  return deploymentOf(answer.service, taskDefinition) ?? {};
}
