import type { FargateClass } from "../ecs/model/fargate-quotas.js";
import { record, records, required, text } from "../protocol/input.js";
import { AwsError, type Caller, type JsonObject } from "../protocol/service.js";

interface Usage {
  used: number;
  quota: number;
}

export interface UsedQuotas {
  /** Returns the vCPUs of Fargate that the caller's account uses in a region, and their quota. */
  fargateVcpus(caller: Pick<Caller, "accountId" | "region">, fargateClass: FargateClass): Usage;
}

type UsageOf = (fargateClass: FargateClass) => Usage;

/** Seconds between two data points of a usage metric. */
const PERIOD = 60;

/**
 * Answers GetMetricData from the only simulated metrics, the vCPUs of Fargate, which have their newest value at each time; every other metric
 * has no data points, as on AWS. Of metric math there is `SERVICE_QUOTA`:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Quotas-Visualize-Alarms.html
 */
export function metricData(input: JsonObject, usageOf: UsageOf): JsonObject {
  const [start, end] = [Number(input.StartTime), Number(input.EndTime)];
  if (start >= end) throw invalid("The parameter StartTime must be less than the parameter EndTime.");
  const queries = records(input, "MetricDataQueries") ?? [];
  const classes = new Map(queries.map((query) => [required(query, "Id"), fargateClassOf(query)]));
  const newest = Math.floor((end - 1) / PERIOD) * PERIOD;
  const MetricDataResults = queries
    .filter(({ ReturnData }) => ReturnData !== false)
    .map((query) => {
      const value = newestValue(query, classes, usageOf);
      const points = value === undefined || newest < start ? [] : [{ time: newest, value }];
      return {
        Id: required(query, "Id"),
        Label: text(query, "Label") ?? text(query, "Expression") ?? "ResourceCount",
        Timestamps: points.map(({ time }) => time),
        Values: points.map((point) => point.value),
        StatusCode: "Complete",
      };
    });
  return { MetricDataResults, Messages: [] };
}

/** Without a task AWS publishes no usage, and a quota needs its usage's data points. */
function newestValue(
  query: JsonObject,
  classes: ReadonlyMap<string, FargateClass | undefined>,
  usageOf: UsageOf,
): number | undefined {
  const expression = text(query, "Expression");
  const [, operand] = /^\s*SERVICE_QUOTA\(\s*(\w+)\s*\)\s*$/.exec(expression ?? "") ?? [];
  if (expression !== undefined && (operand === undefined || !classes.has(operand))) {
    throw invalid(`Error in expression '${required(query, "Id")}': only SERVICE_QUOTA of a query's Id is simulated.`);
  }
  const fargateClass = classes.get(operand ?? required(query, "Id"));
  if (fargateClass === undefined) return undefined;
  const { used, quota } = usageOf(fargateClass);
  if (used === 0) return undefined;
  return expression === undefined ? used : quota;
}

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/monitoring-fargate-usage.html */
function fargateClassOf(query: JsonObject): FargateClass | undefined {
  const { Metric = {} } = record(query, "MetricStat") ?? {};
  const { Namespace, MetricName, Dimensions } = Metric as JsonObject;
  if (Namespace !== "AWS/Usage" || MetricName !== "ResourceCount" || !Array.isArray(Dimensions)) return undefined;
  const { Class, ...others } = Object.fromEntries((Dimensions as JsonObject[]).map((each) => [each.Name, each.Value]));
  const isVcpu = others.Service === "Fargate" && others.Type === "Resource" && others.Resource === "vCPU";
  if (!isVcpu || (Class !== "Standard/OnDemand" && Class !== "Standard/Spot")) return undefined;
  return Class;
}

const invalid = (message: string) => new AwsError("ValidationError", message);
