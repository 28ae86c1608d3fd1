import { partitionOf } from "../../partition.js";
import { eventMessages, rolloutReason, statusReason } from "../event-messages.js";
import { scopeOf } from "../model/ecs-arns.js";
import type { AlarmState, DeploymentRecord, ServiceDeploymentRecord, ServiceRecord } from "../model/ecs-state.js";
import { object } from "../model/task-definition-json.js";
import { failDeployment } from "./change-deployments.js";
import { type SchedulerContext, serviceDeploymentOf } from "./scheduler-context.js";

/** Stores the state of a CloudWatch alarm; undefined after its deletion. */
export function observeAlarm(context: SchedulerContext, arn: string, alarm: AlarmState | undefined): void {
  if (alarm === undefined) delete context.state.alarms[arn];
  else context.state.alarms[arn] = alarm;
}

/**
 * Starts to monitor the service's alarms. If one is in ALARM when the deployment starts, none is monitored: a corrected release can be
 * deployed while the alarm is active. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-alarm-failure.html
 */
export function startAlarmMonitoring(
  context: SchedulerContext,
  service: ServiceRecord,
  record: ServiceDeploymentRecord,
): void {
  const { enable, alarmNames } = alarmConfiguration(service);
  if (!enable) return;
  const isActive = alarmNames.some((name) => alarmOf(context, service, name)?.state === "ALARM");
  record.alarms = { status: isActive ? "DISABLED" : "MONITORING", names: alarmNames, triggered: [] };
}

/** Fails the deployment when a monitored alarm goes into ALARM after its first task has run. ECS polls alarms; here the state is known at once. */
export function failOnAlarm(context: SchedulerContext, service: ServiceRecord, deployment: DeploymentRecord): void {
  const { alarms, status } = serviceDeploymentOf(context, deployment);
  if (alarms?.status !== "MONITORING" || status !== "IN_PROGRESS" || deployment.rolloutState !== "IN_PROGRESS") return;
  const triggered = alarms.names.filter((name) => alarmOf(context, service, name)?.state === "ALARM");
  if (triggered.length === 0 || !hasRun(context, deployment)) return;
  alarms.status = "TRIGGERED";
  alarms.triggered = triggered;
  failDeployment(context, service, deployment, {
    wantsRollback: alarmConfiguration(service).rollback,
    rollout: rolloutReason.alarm(),
    rollingBack: rolloutReason.alarmRollingBack,
    event: eventMessages.failedByAlarm(deployment.id),
    stopped: statusReason.stoppedByAlarm,
    rolledBack: statusReason.rolledBackByAlarm,
  });
}

/** Returns whether a task of the deployment has run, including one that has ended since. */
function hasRun({ state }: SchedulerContext, { id }: DeploymentRecord): boolean {
  return Object.values(state.tasks).some((task) => task.deploymentId === id && task.startedAt !== undefined);
}

/**
 * Returns the bake time of a deployment in milliseconds: the configured one, else the window of its slowest alarm. ECS computes the latter
 * from the alarms too, by a formula that it does not publish.
 */
export function bakeTime(context: SchedulerContext, service: ServiceRecord, record: ServiceDeploymentRecord): number {
  const { bakeTimeInMinutes } = service.deploymentConfiguration.extra;
  if (typeof bakeTimeInMinutes === "number") return bakeTimeInMinutes * context.timing.minute;
  if (record.alarms?.status !== "MONITORING") return 0;
  return Math.max(0, ...record.alarms.names.map((name) => alarmOf(context, service, name)?.window ?? 0));
}

function alarmConfiguration(service: ServiceRecord): { enable: boolean; rollback: boolean; alarmNames: string[] } {
  const { enable, rollback, alarmNames } = object(service.deploymentConfiguration.extra.alarms);
  return {
    enable: enable === true,
    rollback: rollback === true,
    alarmNames: Array.isArray(alarmNames) ? alarmNames.map(String) : [],
  };
}

function alarmOf(context: SchedulerContext, service: ServiceRecord, name: string): AlarmState | undefined {
  const { region, accountId } = scopeOf(service.arn);
  return context.state.alarms[`arn:${partitionOf(region)}:cloudwatch:${region}:${accountId}:alarm:${name}`];
}
