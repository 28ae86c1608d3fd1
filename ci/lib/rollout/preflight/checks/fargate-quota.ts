import type { MetricDataQuery } from "@aws-sdk/client-cloudwatch";
import type { CapacityProviderStrategyItem, Service } from "@aws-sdk/client-ecs";
import { abort, sdk } from "../../../aws/sdk.js";
import { tryRead } from "../../../aws/try-read.js";
import { fixOf, type Readable } from "../../../common/readable.js";
import type { Session } from "../../session.js";
import { isOnFargate } from "../fargate.js";
import { notRead, type Finding as TopicFinding, warning } from "../finding.js";
import { tasksBeside } from "../revisions-at-once.js";
import type { BaseFacts, SharedReads } from "../shared-reads.js";

const ids = ["fargate-quota"] as const;
type Finding = TopicFinding<(typeof ids)[number]>;

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/monitoring-fargate-usage.html */
const classes = {
  FARGATE: { name: "On-Demand", dimension: "Standard/OnDemand", quotaCode: "L-3032A538" },
  FARGATE_SPOT: { name: "Spot", dimension: "Standard/Spot", quotaCode: "L-36FBB829" },
} as const;
type Provider = keyof typeof classes;

/** Number of tasks that must start on a capacity provider beside the running ones. */
export type Needed = Partial<Record<Provider, number>>;

/** vCPUs of the account in the region; a member is absent where CloudWatch has no data of it. */
interface Usage {
  used?: number;
  quota?: number;
}

export interface FargateQuotaFacts {
  /** By capacity provider; empty where the new tasks need no vCPUs at once that are worth a call. */
  vcpus: Readable<Partial<Record<Provider, Usage>>>;
}

/**
 * Checks that Fargate's quota has room for the tasks that start beside the running ones. The usage is some minutes old and other services
 * change it, so that this is never an error.
 */
export function fargateQuota({ service, next, desiredCount, vcpus }: BaseFacts & FargateQuotaFacts): Finding[] {
  if ("unknown" in vcpus) {
    return notRead(
      "fargate-quota",
      `Whether Fargate's quota of vCPUs has room for the new tasks beside the old ones could not be read: ${vcpus.unknown}.`,
      fixOf(vcpus.unknown, "Allow cloudwatch:GetMetricData on all resources: it can't be limited to a metric."),
    );
  }
  const needed = neededTasks(service, next, desiredCount);
  return Object.entries(vcpus.value).flatMap(([provider, usage]) =>
    judgeUsage(provider as Provider, usage, needed[provider as Provider] ?? 0, { service, next }),
  );
}

function judgeUsage(
  provider: Provider,
  { used, quota }: Usage,
  tasks: number,
  { service, next }: Pick<BaseFacts, "service" | "next">,
): Finding[] {
  const { name, quotaCode } = classes[provider];
  if (used === undefined || quota === undefined) {
    return notRead(
      "fargate-quota",
      `Whether Fargate's quota of ${name} vCPUs has room for the new tasks is unknown: CloudWatch has no usage of the last ${WINDOW / 60_000} minutes.`,
      `Compare them yourself: aws service-quotas get-service-quota --service-code fargate --quota-code ${quotaCode}.`,
    );
  }
  const size = vcpusOf(next);
  const sum = rounded(tasks * size);
  if (used + sum <= quota) return [];
  const isRolling = (service.deploymentConfiguration?.strategy ?? "ROLLING") === "ROLLING";
  const others = isRolling
    ? "Or deploy smaller tasks, or let ECS stop an old task first (minimumHealthyPercent below 100)."
    : "Or deploy with --strategy rolling, fewer tasks (--desired-count) or smaller ones (--cpu).";
  return warning(
    "fargate-quota",
    `${tasks === 1 ? "1 task" : `${tasks} tasks`} of ${size} vCPU must start beside the running ones, and the account used ${rounded(used)} of its ${quota} Fargate ${name} vCPUs some minutes ago: ${sum} more don't fit. ECS would report "You’ve reached the limit on the number of vCPUs you can run concurrently", and the deployment would wait for room.`,
    `Request an increase: aws service-quotas request-service-quota-increase --service-code fargate --quota-code ${quotaCode} --desired-value ${Math.ceil(used + sum)}. ${others}`,
  );
}

const rounded = (vcpus: number) => Math.round(vcpus * 100) / 100;
const vcpusOf = ({ cpu }: BaseFacts["next"]) => Number(cpu) / 1_024;

/** A rolling deployment with fewer additional vCPUs is not worth a call: new accounts have a quota of 4 to 6. */
const WORTH_A_CALL = 4;

/** Returns the tasks that must start beside the running ones, by capacity provider. What other services use is not known here. */
export function neededTasks(service: Service, next: BaseFacts["next"], desiredCount: number): Needed {
  const size = vcpusOf(next);
  if (!isOnFargate(next, service) || !(size > 0)) return {};
  const { strategy = "ROLLING", minimumHealthyPercent = 100 } = service.deploymentConfiguration ?? {};
  const beside = tasksBeside(service, desiredCount);
  const isRolling = strategy === "ROLLING";
  if (isRolling && beside * size < WORTH_A_CALL) return {};
  // ECS may stop an old task first, or goes on with each new task that has replaced an old one.
  const mayStopFirst = Math.ceil((desiredCount * minimumHealthyPercent) / 100) < desiredCount;
  const tasks = isRolling ? (mayStopFirst ? 0 : 1) : beside;
  const counts = shared(service.capacityProviderStrategy ?? [], tasks);
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}

/** Returns the least number of tasks that each provider gets: its base, then its part by weight. */
function shared(strategy: readonly CapacityProviderStrategyItem[], tasks: number): Record<Provider, number> {
  if (strategy.length === 0) return { FARGATE: tasks, FARGATE_SPOT: 0 };
  const total = (of: "base" | "weight") => strategy.reduce((sum, item) => sum + (item[of] ?? 0), 0);
  const left = Math.max(0, tasks - total("base"));
  const countOf = (provider: Provider) => {
    const { base = 0, weight = 0 } = strategy.find(({ capacityProvider }) => capacityProvider === provider) ?? {};
    return Math.min(base, tasks) + Math.floor((left * weight) / (total("weight") || 1));
  };
  return { FARGATE: countOf("FARGATE"), FARGATE_SPOT: countOf("FARGATE_SPOT") };
}

/** Milliseconds of usage that are read: Fargate sends it each minute, and some minutes late. */
const WINDOW = 15 * 60_000;

/**
 * Reads usage and quota in one call: SERVICE_QUOTA of a usage metric is its quota, without a call of Service Quotas.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Quotas-Visualize-Alarms.html
 */
async function readUsage(session: Session, providers: readonly Provider[]): Promise<Partial<Record<Provider, Usage>>> {
  const now = session.clock.now();
  const cloudWatch = await session.aws.lazy.cloudWatch();
  const command = new sdk.cloudWatch.GetMetricDataCommand({
    MetricDataQueries: providers.flatMap(queriesOf),
    StartTime: new Date(now - WINDOW),
    EndTime: new Date(now),
    ScanBy: "TimestampDescending",
  });
  const { MetricDataResults = [] } = await cloudWatch.send(command, abort(session));
  const newest = (id: string) => MetricDataResults.find(({ Id }) => Id === id)?.Values?.[0];
  return Object.fromEntries(
    providers.map((provider) => {
      const [used, quota] = [newest(usedId(provider)), newest(quotaId(provider))];
      return [provider, { ...(used !== undefined && { used }), ...(quota !== undefined && { quota }) }];
    }),
  );
}

const usedId = (provider: Provider) => `used_${provider.toLowerCase()}`;
const quotaId = (provider: Provider) => `quota_${provider.toLowerCase()}`;

function queriesOf(provider: Provider): MetricDataQuery[] {
  const dimensions = { Service: "Fargate", Type: "Resource", Resource: "vCPU", Class: classes[provider].dimension };
  const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
  const Metric = { Namespace: "AWS/Usage", MetricName: "ResourceCount", Dimensions };
  return [
    { Id: usedId(provider), MetricStat: { Metric, Period: 300, Stat: "Maximum" } },
    { Id: quotaId(provider), Expression: `SERVICE_QUOTA(${usedId(provider)})` },
  ];
}

export const fargateQuotaTopic = {
  ids,
  read: async ({ session, service, next, desiredCount }: SharedReads): Promise<FargateQuotaFacts> => {
    const providers = Object.keys(neededTasks(service, next, desiredCount)) as Provider[];
    if (providers.length === 0) return { vcpus: { value: {} } };
    return { vcpus: await tryRead(readUsage(session, providers), session.signal) };
  },
  judge: fargateQuota,
};
