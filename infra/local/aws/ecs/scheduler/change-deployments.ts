import { eventMessages, rolloutReason, statusReason } from "../event-messages.js";
import { trafficStepsOf } from "../model/deployment-strategy.js";
import { resourceArn } from "../model/ecs-arns.js";
import type {
  DeploymentRecord,
  ServiceDeploymentRecord,
  ServiceDeploymentStatus,
  ServiceRecord,
} from "../model/ecs-state.js";
import { randomDigits, randomShortId } from "../seeded-random.js";
import { recordRevision, recordServiceDeployment } from "./deployment-records.js";
import { addEvent, type SchedulerContext, serviceDeploymentOf } from "./scheduler-context.js";
import { updateNamedRules } from "./strategies/listener-rules.js";

/** Starts a deployment of the service's task definition and settings. It replaces the previous deployment. */
export function beginDeployment(
  context: SchedulerContext,
  service: ServiceRecord,
  digests: Record<string, string> = {},
): DeploymentRecord {
  const previous = service.deployments[0];
  const sources = service.deployments.map((each) => each.serviceRevisionArn);
  if (previous !== undefined) replacePrevious(context, previous);
  updateNamedRules(context, service);
  const deployment = newDeployment(context, service, {
    serviceRevisionArn: recordRevision(context, service, digests),
    serviceDeploymentArn: resourceArn(
      service.clusterArn,
      "service-deployment",
      `${service.name}/${randomShortId(context.random)}`,
    ),
    startAfter: context.now + startDelay(context, service),
    rollback: false,
    resolvedImages: digests,
  });
  recordServiceDeployment(context, service, deployment, [...new Set(sources)]);
  service.deployments.unshift(deployment);
  delete service.steadyAt;
  context.changed = true;
  return deployment;
}

const startDelay = ({ timing }: SchedulerContext, { deploymentConfiguration: { extra } }: ServiceRecord) =>
  trafficStepsOf(extra) === undefined ? timing.deploymentStart : timing.shiftStart;

/** Texts of a failed deployment for each member that shows it; `wantsRollback` is the service's setting. */
interface DeploymentFailure {
  wantsRollback: boolean;
  rollout: string;
  rollingBack: (id: string) => string;
  event?: string;
  stopped: string;
  rolledBack: string;
}

/** Ends a failed deployment: rolls back to the one that completed last if the service is configured for it and there is one, else stops it. */
export function failDeployment(
  context: SchedulerContext,
  service: ServiceRecord,
  failed: DeploymentRecord,
  why: DeploymentFailure,
): void {
  const record = serviceDeploymentOf(context, failed);
  fail(context, failed, why.rollout);
  if (why.event !== undefined) addEvent(context, service, why.event);
  if (failed.rollback) endServiceDeployment(context, record, "ROLLBACK_FAILED", why.rolledBack);
  else if (why.wantsRollback) rollBack(context, service, failed, why.rolledBack, why.rollingBack);
  else endServiceDeployment(context, record, "STOPPED", why.stopped);
}

/** Performs a request of StopServiceDeployment. */
export function stopDeployment(context: SchedulerContext, service: ServiceRecord, deployment: DeploymentRecord): void {
  const record = serviceDeploymentOf(context, deployment);
  fail(context, deployment, rolloutReason.stoppedByUser(deployment.id));
  if (record.status === "STOP_REQUESTED") endServiceDeployment(context, record, "STOPPED", statusReason.stoppedByUser);
  else rollBack(context, service, deployment, statusReason.rolledBackByUser, rolloutReason.rolledBackByUser);
}

/** Ends a service deployment: nothing changes it afterwards. */
export function endServiceDeployment(
  context: SchedulerContext,
  record: ServiceDeploymentRecord,
  status: ServiceDeploymentStatus,
  reason?: string,
): void {
  record.status = status;
  if (reason !== undefined) record.statusReason = reason;
  record.finishedAt = context.now;
  record.updatedAt = context.now;
  if (status === "STOPPED") record.stoppedAt = context.now;
  if (record.breaker.status === "MONITORING") record.breaker.status = "MONITORING_COMPLETE";
  if (record.alarms?.status === "MONITORING") record.alarms.status = "MONITORING_COMPLETE";
  context.changed = true;
}

const ENDED: readonly ServiceDeploymentStatus[] = ["STOPPED", "SUCCESSFUL", "ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED"];
export const hasDeploymentEnded = (record: ServiceDeploymentRecord) => ENDED.includes(record.status);

function replacePrevious(context: SchedulerContext, previous: DeploymentRecord): void {
  previous.status = "ACTIVE";
  previous.updatedAt = context.now;
  const record = serviceDeploymentOf(context, previous);
  if (!hasDeploymentEnded(record)) endServiceDeployment(context, record, "STOPPED", statusReason.replaced);
}

function fail(context: SchedulerContext, deployment: DeploymentRecord, reason: string): void {
  deployment.rolloutState = "FAILED";
  deployment.rolloutStateReason = reason;
  deployment.updatedAt = context.now;
  context.changed = true;
}

function rollBack(
  context: SchedulerContext,
  service: ServiceRecord,
  failed: DeploymentRecord,
  reason: string,
  rolloutStateReason: (id: string) => string,
): void {
  const record = serviceDeploymentOf(context, failed);
  const candidate = service.lastCompleted;
  if (candidate === undefined) {
    endServiceDeployment(context, record, "ROLLBACK_FAILED", statusReason.noCandidate);
    return;
  }
  service.taskDefinition = candidate.taskDefinition;
  service.settings = candidate.settings;
  delete service.lastCompleted;
  delete service.steadyAt;
  const restored = restore(context, service, candidate, record.arn);
  failed.status = "ACTIVE";
  failed.rolloutStateReason = rolloutStateReason(restored.id);
  service.deployments = [restored, ...service.deployments.filter((each) => each.id !== restored.id)];
  record.status = "ROLLBACK_IN_PROGRESS";
  record.statusReason = reason;
  record.updatedAt = context.now;
  record.rollback = { reason, startedAt: context.now, serviceRevisionArn: restored.serviceRevisionArn };
  addEvent(context, service, eventMessages.rollingBack(restored.id), 1);
}

function restore(
  context: SchedulerContext,
  service: ServiceRecord,
  candidate: DeploymentRecord,
  serviceDeploymentArn: string,
): DeploymentRecord {
  const created = newDeployment(context, service, {
    serviceRevisionArn: candidate.serviceRevisionArn,
    serviceDeploymentArn,
    startAfter: context.now + context.timing.rollbackStart,
    rollback: true,
    resolvedImages: candidate.resolvedImages,
    ...(candidate.servingGroups !== undefined && { servingGroups: candidate.servingGroups }),
  });
  // After a traffic shift the candidate's tasks still run: they keep their deployment.
  if (context.rollbackId === "new" && serviceDeploymentOf(context, created).traffic === undefined) return created;
  return { ...created, id: candidate.id, rolloutStateReason: rolloutReason.inProgress(candidate.id) };
}

type DeploymentOrigin = Pick<
  DeploymentRecord,
  "serviceRevisionArn" | "serviceDeploymentArn" | "startAfter" | "rollback" | "resolvedImages" | "servingGroups"
>;

function newDeployment(context: SchedulerContext, service: ServiceRecord, origin: DeploymentOrigin): DeploymentRecord {
  const id = `ecs-svc/${randomDigits(context.random, 19)}`;
  return {
    id,
    status: "PRIMARY",
    taskDefinition: service.taskDefinition,
    settings: service.settings,
    createdAt: context.now,
    updatedAt: context.now,
    rolloutState: "IN_PROGRESS",
    rolloutStateReason: rolloutReason.inProgress(id),
    failedTasks: 0,
    neverRan: 0,
    neverRanAt: context.now,
    blocked: false,
    ...origin,
    resolvedImages: { ...origin.resolvedImages },
  };
}
