import {
  DeploymentLifecycleHookAction,
  ServiceDeploymentStatus,
  StopServiceDeploymentStopType,
} from "@aws-sdk/client-ecs";
import { AwsError } from "../../../protocol/service.js";
import { scopeOf } from "../../model/ecs-arns.js";
import type { EcsState, HookRecord, ServiceDeploymentRecord, ServiceRevisionRecord } from "../../model/ecs-state.js";
import { object } from "../../model/task-definition-json.js";
import { hasDeploymentEnded } from "../../scheduler/change-deployments.js";
import { requestedWeights, requestsCount } from "../../scheduler/strategies/traffic.js";
import { checkEnum, invalidParameter } from "../common/ecs-errors.js";
import { findCluster, findService } from "../common/find-resources.js";
import { pageByKey } from "../common/key-paging.js";
import type { Caller, JsonObject, Operations } from "../common/operation-context.js";
import { pick, textIn, textsIn, times } from "../common/operation-context.js";
import { configurationView, launchView, taskCounts } from "../services/service-view.js";

const DESCRIBED_AT_ONCE = 20;
const HOOK_ID = /^ecs-[a-z]+-[\w-]+$/;
const STOPPABLE = ["PENDING", "IN_PROGRESS"];
/** Statuses in which a request to stop has no effect: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stop-service-deployment.html */
const STOPPING = ["STOP_REQUESTED", "ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS"];

export const deploymentOperations: Operations = (api) => ({
  ListServiceDeployments: (input, caller) => {
    const named = textIn(input, "service") ?? "";
    // An ARN names its cluster, as in the example of `aws ecs list-service-deployments help`.
    const [, ofArn] = /:service\/([^/]+)\/[^/]+$/.exec(named) ?? [];
    const cluster = findCluster(api.scheduler.state, caller, { ...(ofArn && { cluster: ofArn }), ...input });
    const service = findService(api.scheduler.state, cluster, named);
    const { state, now, timing } = api.scheduler.view();
    const statuses = textsIn(input, "status");
    for (const status of statuses) checkEnum("status", status, ServiceDeploymentStatus);
    const { before, after } = object(input.createdAt);
    const found = service.serviceDeployments
      .map((arn) => state.serviceDeployments[arn])
      .filter((each): each is ServiceDeploymentRecord => each !== undefined)
      .filter((each) => each.createdAt + (each.traffic ? timing.shiftListLag : timing.listLag) <= now)
      .filter((each) => statuses.length === 0 || statuses.includes(each.status))
      .filter((each) => typeof before !== "number" || each.createdAt <= before * 1_000)
      .filter((each) => typeof after !== "number" || each.createdAt >= after * 1_000);
    const keyOf = (each: ServiceDeploymentRecord) => `${String(each.createdAt).padStart(15, "0")} ${each.arn}`;
    const { items, ...next } = pageByKey(found, { maxResults: 20, ...input }, { keyOf, descending: true, size: 100 });
    return { serviceDeployments: items.map(summaryView), ...next };
  },

  DescribeServiceDeployments: (input, caller) => {
    const { state } = api.scheduler;
    const { found, failures } = findRecords(textsIn(input, "serviceDeploymentArns"), caller, state.serviceDeployments);
    return { serviceDeployments: found.map((each) => deploymentView(state, each)), failures };
  },

  DescribeServiceRevisions: (input, caller) => {
    const { found, failures } = findRecords(
      textsIn(input, "serviceRevisionArns"),
      caller,
      api.scheduler.state.serviceRevisions,
    );
    return { serviceRevisions: found.map(revisionView), failures };
  },

  ContinueServiceDeployment: (input, caller) => {
    const arn = textIn(input, "serviceDeploymentArn") ?? "";
    checkEnum("action", input.action, DeploymentLifecycleHookAction);
    return api.scheduler.change((context) => {
      const record = isOwn(arn, caller) ? context.state.serviceDeployments[arn] : undefined;
      if (record === undefined) {
        throw new AwsError("ServiceDeploymentNotFoundException", "The service deployment does not exist.");
      }
      if (!HOOK_ID.test(textIn(input, "hookId") ?? "")) {
        throw invalidParameter("Invalid hookId: hookId must follow the format: ecs-{hookType}-{id}");
      }
      if (hasDeploymentEnded(record)) {
        throw invalidParameter(
          "Continuing a service deployment is not allowed for service deployment in terminal states.",
        );
      }
      const hook = record.hooks?.find(({ id }) => id === input.hookId);
      if (hook?.status !== "AWAITING_ACTION" || record.status !== "IN_PROGRESS") {
        throw invalidParameter(
          "Provided hookId is either completed, unavailable, or not associated with the given Resource ARN",
        );
      }
      hook.status = input.action === "ROLLBACK" ? "FAILED" : "SUCCEEDED";
      record.updatedAt = context.now;
      return { serviceDeploymentArn: arn };
    });
  },

  StopServiceDeployment: (input, caller) => {
    checkEnum("stopType", input.stopType, StopServiceDeploymentStopType);
    const arn = textIn(input, "serviceDeploymentArn") ?? "";
    return api.scheduler.change(({ state, now }) => {
      const record = isOwn(arn, caller) ? state.serviceDeployments[arn] : undefined;
      if (record === undefined) throw notFound("StopServiceDeployment");
      if (record.traffic !== undefined && input.stopType === "ABORT") {
        throw new AwsError(
          "UnsupportedFeatureException",
          "The stop type ABORT is not supported for deployments with traffic shifts: use ROLLBACK.",
        );
      }
      if (STOPPING.includes(record.status)) return { serviceDeploymentArn: arn };
      if (!STOPPABLE.includes(record.status)) {
        throw new AwsError(
          "ConflictException",
          `The service deployment can't be stopped: its status is ${record.status}.`,
        );
      }
      record.status = input.stopType === "ABORT" ? "STOP_REQUESTED" : "ROLLBACK_REQUESTED";
      record.requestedAt = now;
      record.updatedAt = now;
      return { serviceDeploymentArn: arn };
    });
  },
});

function notFound(operation: string): AwsError {
  return new AwsError(
    "ServiceDeploymentNotFoundException",
    `The service deploy ARN that you specified in the ${operation} doesn't exist.`,
  );
}

function isOwn(arn: string, caller: Caller): boolean {
  const { region, accountId } = scopeOf(arn);
  return region === caller.region && accountId === caller.accountId;
}

function findRecords<T>(
  arns: string[],
  caller: Caller,
  records: Record<string, T>,
): { found: T[]; failures: JsonObject[] } {
  if (arns.length === 0 || arns.length > DESCRIBED_AT_ONCE)
    throw invalidParameter(`Between 1 and ${DESCRIBED_AT_ONCE} ARNs are accepted.`);
  const found: T[] = [];
  const failures: JsonObject[] = [];
  for (const arn of arns) {
    const record = isOwn(arn, caller) ? records[arn] : undefined;
    if (record !== undefined) found.push(record);
    else failures.push({ arn, reason: "MISSING" });
  }
  return { found, failures };
}

function summaryView(record: ServiceDeploymentRecord): JsonObject {
  return {
    serviceDeploymentArn: record.arn,
    serviceArn: record.serviceArn,
    clusterArn: record.clusterArn,
    ...times({ createdAt: record.createdAt, startedAt: record.startedAt, finishedAt: record.finishedAt }),
    targetServiceRevisionArn: record.targetRevision,
    status: record.status,
    ...(record.statusReason !== undefined && { statusReason: record.statusReason }),
  };
}

function deploymentView(state: EcsState, record: ServiceDeploymentRecord): JsonObject {
  const { targetServiceRevisionArn: _target, ...brief } = summaryView(record);
  return {
    ...brief,
    ...times({ updatedAt: record.updatedAt, stoppedAt: record.stoppedAt }),
    sourceServiceRevisions: record.sourceRevisions.map((arn) => revisionSummary(state, record, arn)),
    targetServiceRevision: revisionSummary(state, record, record.targetRevision),
    deploymentConfiguration: configurationView(record.deploymentConfiguration),
    ...(record.rollback !== undefined && {
      rollback: { ...record.rollback, ...times({ startedAt: record.rollback.startedAt }) } as JsonObject,
    }),
    deploymentCircuitBreaker: { ...record.breaker },
    alarms: {
      status: record.alarms?.status ?? "DISABLED",
      alarmNames: record.alarms?.names ?? [],
      triggeredAlarmNames: record.alarms?.triggered ?? [],
    },
    ...(record.stage !== undefined && { lifecycleStage: record.stage }),
    ...(record.hooks !== undefined && { lifecycleHookDetails: record.hooks.map(hookView) }),
  };
}

function hookView({ id, status, expiresAt, timeoutAction, lambda }: HookRecord): JsonObject {
  const target =
    lambda === undefined ? { targetType: "PAUSE" } : { targetType: "AWS_LAMBDA", targetArn: lambda.functionArn };
  return { hookId: id, ...target, status, timeoutAction, ...times({ expiresAt }) };
}

function revisionSummary(state: EcsState, record: ServiceDeploymentRecord, arn: string): JsonObject {
  const service = state.services[record.serviceArn];
  const ids = new Set(service?.deployments.filter((each) => each.serviceRevisionArn === arn).map((each) => each.id));
  const isPrimary = service?.deployments[0]?.serviceRevisionArn === arn;
  const tasks = Object.values(state.tasks).filter(
    (task) => task.deploymentId !== undefined && ids.has(task.deploymentId),
  );
  const { runningCount, pendingCount } = taskCounts(tasks);
  const keepsCount = requestsCount(record, arn) ?? isPrimary;
  return {
    arn,
    requestedTaskCount: keepsCount ? (service?.desiredCount ?? 0) : runningCount + pendingCount,
    runningTaskCount: runningCount,
    pendingTaskCount: pendingCount,
    ...requestedWeights(record, arn),
  };
}

const REVISION_SETTINGS = [
  "loadBalancers",
  "serviceRegistries",
  "networkConfiguration",
  "serviceConnectConfiguration",
  "volumeConfigurations",
  "vpcLatticeConfigurations",
];

function revisionView(record: ServiceRevisionRecord): JsonObject {
  return {
    serviceRevisionArn: record.arn,
    serviceArn: record.serviceArn,
    clusterArn: record.clusterArn,
    taskDefinition: record.taskDefinition,
    ...launchView(record.settings, "1.4.0"),
    ...pick(record.settings, REVISION_SETTINGS),
    containerImages: record.containerImages.map((each) => ({ ...each })),
    guardDutyEnabled: false,
    ...(record.resolvedLoadBalancers !== undefined && {
      resolvedConfiguration: { loadBalancers: record.resolvedLoadBalancers.map((each) => ({ ...each })) },
    }),
    ...times({ createdAt: record.createdAt }),
  };
}
