import {
  type EcsState,
  object,
  type ServiceDeploymentRecord,
  type ServiceRecord,
} from "../../infra/local/aws/index.js";

/**
 * State of a rollout.
 *
 * | state | when |
 * |---|---|
 * | `none` | no such rollout exists yet |
 * | `open` | ECS has not ended it |
 * | `paused` | one of its hooks waits for a user |
 * | `shifted` | all production traffic has moved to it, and its bake time runs |
 * | `settling` | its service deployment is SUCCESSFUL, but not all tasks are its own, or the service is not set to it for good |
 * | `early` | the same where the service has early success criteria and wants tasks: ECS calls it done |
 * | `deployed` | it is also the service's completed deployment, and as many tasks as wanted run, all its own |
 * | `nothing-ran` | the same with a desired count of 0 |
 * | `rolled-back` | ECS rolled back to the previous revision, and the rollback is complete |
 * | `failed` | it ended for its failures, without a rollback, or the rollback failed too |
 * | `superseded` | another deployment took its place, before its end or after |
 * | `repeated` | the same, and it brings the same revision |
 * | `stopped` | a user stopped it, or deleted the service |
 * | `going-back` | the deployer has begun an automatic rollback |
 * | `taken-back` | that rollback is deployed |
 * | `not-taken-back` | that rollback ended otherwise |
 */
export type RolloutState =
  | "none"
  | "open"
  | "paused"
  | "shifted"
  | "settling"
  | "early"
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

/** Derives the state of the rollout `record` from ECS's own state, not from what the API shows. */
export function rolloutStateOf(
  state: EcsState,
  service: ServiceRecord | undefined,
  record: ServiceDeploymentRecord,
): RolloutState {
  switch (record.status) {
    case "SUCCESSFUL":
      return stateOfSuccessful(state, service, record);
    case "ROLLBACK_SUCCESSFUL":
      return "rolled-back";
    case "ROLLBACK_FAILED":
      return "failed";
    case "STOPPED": {
      const successor = successorOf(state, record);
      if (successor) return revisionOf(state, successor) === revisionOf(state, record) ? "repeated" : "superseded";
      return isTriggered(record) ? "failed" : "stopped";
    }
    default:
      // During a rollback the hooks wait for no user any more, though their status stays.
      return record.status === "IN_PROGRESS" && record.hooks?.some((hook) => hook.status === "AWAITING_ACTION")
        ? "paused"
        : isBaking(record)
          ? "shifted"
          : "open";
  }
}

function stateOfSuccessful(
  state: EcsState,
  service: ServiceRecord | undefined,
  record: ServiceDeploymentRecord,
): RolloutState {
  if (service?.status !== "ACTIVE") return "stopped";
  const [primary] = service.deployments;
  // A user's deployment of the same revision changes nothing of what runs.
  if (!primary || primary.taskDefinition !== revisionOf(state, record)) return "superseded";
  const unsettled = isEarly(record) && service.desiredCount > 0 ? "early" : "settling";
  if (primary.rolloutState !== "COMPLETED") return unsettled;
  const running = Object.values(state.tasks).filter(
    (task) => task.serviceArn === service.arn && task.lastStatus === "RUNNING",
  );
  if (running.length < service.desiredCount) return unsettled;
  if (running.some((task) => task.taskDefinition !== primary.taskDefinition)) return unsettled;
  return service.desiredCount === 0 ? "nothing-ran" : "deployed";
}

const isBaking = ({ status, stage, traffic }: ServiceDeploymentRecord) =>
  status === "IN_PROGRESS" && stage === "BAKE_TIME" && traffic?.production === 100;
const isEarly = ({ deploymentConfiguration }: ServiceDeploymentRecord) =>
  object(deploymentConfiguration.extra.earlySuccessCriteria).enable === true;
const isTriggered = ({ breaker, alarms }: ServiceDeploymentRecord) =>
  breaker.status === "TRIGGERED" || alarms?.status === "TRIGGERED";

/** Finds its successor: another deployment of the service, created at the time at which it ended. */
function successorOf(
  state: EcsState,
  { arn, serviceArn, finishedAt }: ServiceDeploymentRecord,
): ServiceDeploymentRecord | undefined {
  return Object.values(state.serviceDeployments).find(
    (other) => other.arn !== arn && other.serviceArn === serviceArn && other.createdAt === finishedAt,
  );
}

/** Returns the ARN of the task definition that a service deployment brings. */
export function revisionOf(state: EcsState, deployment: ServiceDeploymentRecord | undefined): string | undefined {
  return deployment && state.serviceRevisions[deployment.targetRevision]?.taskDefinition;
}
