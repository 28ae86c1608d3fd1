import { rolloutReason, say, statusReason } from "../event-messages.js";
import { within } from "../model/ecs-arns.js";
import type {
  DeploymentRecord,
  ServiceDeploymentRecord,
  ServiceDeploymentStatus,
  ServiceRecord,
} from "../model/ecs-state.js";
import { digits, shortId } from "../seeded-random.js";
import { recordRevision, recordServiceDeployment } from "./deployment-records.js";
import { announce, serviceDeploymentOf, type World } from "./scheduler-context.js";

/** Starts rolling out what the service now names: its task definition and settings. The deployment before is replaced by it. */
export function beginDeployment(
  world: World,
  service: ServiceRecord,
  digests: Record<string, string> = {},
): DeploymentRecord {
  const previous = service.deployments[0];
  const sources = service.deployments.map((each) => each.serviceRevisionArn);
  if (previous !== undefined) supersede(world, previous);
  const deployment = newDeployment(world, service, {
    serviceRevisionArn: recordRevision(world, service, digests),
    serviceDeploymentArn: within(service.clusterArn, "service-deployment", `${service.name}/${shortId(world.random)}`),
    startAfter: world.now + world.timing.deploymentStart,
    rollback: false,
    resolvedImages: digests,
  });
  recordServiceDeployment(world, service, deployment, [...new Set(sources)]);
  service.deployments.unshift(deployment);
  delete service.steadyAt;
  world.changed = true;
  return deployment;
}

/** Why a deployment has failed, in the words of the places where it is told, and whether the service wants it rolled back. */
export interface Failure {
  wantsRollback: boolean;
  rollout: string;
  rollingBack: (id: string) => string;
  event?: string;
  stopped: string;
  rolledBack: string;
}

/** Ends a deployment that failed: back to the one that completed last if the service wants that and there is one, else it stays as it is. */
export function failDeployment(world: World, service: ServiceRecord, failed: DeploymentRecord, why: Failure): void {
  const record = serviceDeploymentOf(world, failed);
  fail(world, failed, why.rollout);
  if (why.event !== undefined) announce(world, service, why.event);
  if (failed.rollback) finish(world, record, "ROLLBACK_FAILED", why.rolledBack);
  else if (why.wantsRollback) rollBack(world, service, failed, why.rolledBack, why.rollingBack);
  else finish(world, record, "STOPPED", why.stopped);
}

/** Does what StopServiceDeployment asked for. */
export function stopDeployment(world: World, service: ServiceRecord, deployment: DeploymentRecord): void {
  const record = serviceDeploymentOf(world, deployment);
  fail(world, deployment, rolloutReason.stoppedByUser(deployment.id));
  if (record.status === "STOP_REQUESTED") finish(world, record, "STOPPED", statusReason.stoppedByUser);
  else rollBack(world, service, deployment, statusReason.rolledBackByUser, rolloutReason.rolledBackByUser);
}

/** Ends a service deployment: nothing changes it any more. */
export function finish(
  world: World,
  record: ServiceDeploymentRecord,
  status: ServiceDeploymentStatus,
  reason?: string,
): void {
  record.status = status;
  if (reason !== undefined) record.statusReason = reason;
  record.finishedAt = world.now;
  record.updatedAt = world.now;
  if (status === "STOPPED") record.stoppedAt = world.now;
  if (record.breaker.status === "MONITORING") record.breaker.status = "MONITORING_COMPLETE";
  if (record.alarms?.status === "MONITORING") record.alarms.status = "MONITORING_COMPLETE";
  world.changed = true;
}

const ENDED: readonly ServiceDeploymentStatus[] = ["STOPPED", "SUCCESSFUL", "ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED"];
export const hasEnded = (record: ServiceDeploymentRecord) => ENDED.includes(record.status);

function supersede(world: World, previous: DeploymentRecord): void {
  previous.status = "ACTIVE";
  previous.updatedAt = world.now;
  const record = serviceDeploymentOf(world, previous);
  if (!hasEnded(record)) finish(world, record, "STOPPED", statusReason.replaced);
}

function fail(world: World, deployment: DeploymentRecord, reason: string): void {
  deployment.rolloutState = "FAILED";
  deployment.rolloutStateReason = reason;
  deployment.updatedAt = world.now;
  world.changed = true;
}

function rollBack(
  world: World,
  service: ServiceRecord,
  failed: DeploymentRecord,
  reason: string,
  rolloutStateReason: (id: string) => string,
): void {
  const record = serviceDeploymentOf(world, failed);
  const candidate = service.lastCompleted;
  if (candidate === undefined) {
    finish(world, record, "ROLLBACK_FAILED", statusReason.noCandidate);
    return;
  }
  service.taskDefinition = candidate.taskDefinition;
  service.settings = candidate.settings;
  delete service.lastCompleted;
  delete service.steadyAt;
  const restored = restore(world, service, candidate, record.arn);
  failed.status = "ACTIVE";
  failed.rolloutStateReason = rolloutStateReason(restored.id);
  service.deployments = [restored, ...service.deployments.filter((each) => each.id !== restored.id)];
  record.status = "ROLLBACK_IN_PROGRESS";
  record.statusReason = reason;
  record.updatedAt = world.now;
  record.rollback = { reason, startedAt: world.now, serviceRevisionArn: restored.serviceRevisionArn };
  announce(world, service, say.rollingBack(restored.id), 1);
}

function restore(
  world: World,
  service: ServiceRecord,
  candidate: DeploymentRecord,
  serviceDeploymentArn: string,
): DeploymentRecord {
  const fresh = newDeployment(world, service, {
    serviceRevisionArn: candidate.serviceRevisionArn,
    serviceDeploymentArn,
    startAfter: world.now + world.timing.rollbackStart,
    rollback: true,
    resolvedImages: candidate.resolvedImages,
  });
  if (world.rollbackId === "new") return fresh;
  return { ...fresh, id: candidate.id, rolloutStateReason: rolloutReason.inProgress(candidate.id) };
}

type Origin = Pick<
  DeploymentRecord,
  "serviceRevisionArn" | "serviceDeploymentArn" | "startAfter" | "rollback" | "resolvedImages"
>;

function newDeployment(world: World, service: ServiceRecord, origin: Origin): DeploymentRecord {
  const id = `ecs-svc/${digits(world.random, 19)}`;
  return {
    id,
    status: "PRIMARY",
    taskDefinition: service.taskDefinition,
    settings: service.settings,
    createdAt: world.now,
    updatedAt: world.now,
    rolloutState: "IN_PROGRESS",
    rolloutStateReason: rolloutReason.inProgress(id),
    failedTasks: 0,
    neverRan: 0,
    neverRanAt: world.now,
    blocked: false,
    ...origin,
    resolvedImages: { ...origin.resolvedImages },
  };
}
