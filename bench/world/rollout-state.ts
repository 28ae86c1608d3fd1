import type { EcsState, ServiceDeploymentRecord, ServiceRecord } from "../../infra/local/aws/ecs/model/state.js";

/**
 * What is true of a rollout.
 *
 * | state | when |
 * |---|---|
 * | `none` | there is no such rollout yet |
 * | `open` | ECS has not ended it |
 * | `settling` | its service deployment is SUCCESSFUL, but not all tasks are its own, or the service is not set to it for good |
 * | `deployed` | that too: it is the service's completed deployment, and as many tasks as wanted run, all its own |
 * | `nothing-ran` | the same with a desired count of 0 |
 * | `rolled-back` | ECS went back to what ran before, and has arrived there |
 * | `failed` | it was ended for its failures, and nobody went back, or the way back failed too |
 * | `superseded` | another deployment took its place, before its end or after |
 * | `repeated` | the same, and it brings the same revision |
 * | `stopped` | a person stopped it, or deleted the service |
 * | `going-back` | the deployer has begun another rollout, to take it back |
 * | `taken-back` | that one is deployed |
 * | `not-taken-back` | that one ended otherwise |
 */
export type State =
  | "none"
  | "open"
  | "settling"
  | "deployed"
  | "nothing-ran"
  | "rolled-back"
  | "failed"
  | "superseded"
  | "repeated"
  | "stopped"
  | "going-back"
  | "taken-back"
  | "not-taken-back";

/** What ECS's own state says of a rollout, `record`, and nothing of what the API shows of it. */
export function stateOf(state: EcsState, service: ServiceRecord | undefined, record: ServiceDeploymentRecord): State {
  switch (record.status) {
    case "SUCCESSFUL":
      return stateOfSuccessful(state, service, record);
    case "ROLLBACK_SUCCESSFUL":
      return "rolled-back";
    case "ROLLBACK_FAILED":
      return "failed";
    case "STOPPED":
      if (wasReplaced(state, record)) return revisionNow(service) === own(state, record) ? "repeated" : "superseded";
      return record.breaker.status === "TRIGGERED" ? "failed" : "stopped";
    default:
      return "open";
  }
}

function stateOfSuccessful(
  state: EcsState,
  service: ServiceRecord | undefined,
  record: ServiceDeploymentRecord,
): State {
  if (service?.status !== "ACTIVE") return "stopped";
  const [primary] = service.deployments;
  // Somebody who has deployed the same revision again has changed nothing of what runs.
  if (!primary || primary.taskDefinition !== own(state, record)) return "superseded";
  if (primary.rolloutState !== "COMPLETED") return "settling";
  const running = Object.values(state.tasks).filter(
    (task) => task.serviceArn === service.arn && task.lastStatus === "RUNNING",
  );
  if (running.length < service.desiredCount) return "settling";
  if (running.some((task) => task.taskDefinition !== primary.taskDefinition)) return "settling";
  return service.desiredCount === 0 ? "nothing-ran" : "deployed";
}

const own = (state: EcsState, { targetRevision }: ServiceDeploymentRecord) =>
  state.serviceRevisions[targetRevision]?.taskDefinition;
const revisionNow = (service: ServiceRecord | undefined) => service?.deployments[0]?.taskDefinition;

/** Another one of the service began at the very moment at which it ended. */
function wasReplaced(state: EcsState, { arn, serviceArn, finishedAt }: ServiceDeploymentRecord): boolean {
  return Object.values(state.serviceDeployments).some(
    (other) => other.arn !== arn && other.serviceArn === serviceArn && other.createdAt === finishedAt,
  );
}
