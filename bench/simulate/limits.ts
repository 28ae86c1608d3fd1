import type { TraceEntry } from "../world/trace.js";

/**
 * ECS's request limits, as token buckets: how many calls at once, and how many more each second.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html
 */
const categories: { burst: number; rate: number; operations: string[] }[] = [
  { burst: 20, rate: 1, operations: ["RegisterTaskDefinition", "DeregisterTaskDefinition"] },
  { burst: 50, rate: 20, operations: ["DescribeTaskDefinition", "ListTaskDefinitions"] },
  { burst: 50, rate: 5, operations: ["UpdateService"] },
  { burst: 100, rate: 20, operations: ["DescribeServices", "ListServices"] },
  { burst: 50, rate: 20, operations: ["DescribeServiceDeployments", "ListServiceDeployments"] },
  { burst: 50, rate: 20, operations: ["DescribeServiceRevisions"] },
  { burst: 100, rate: 20, operations: ["DescribeTasks", "ListTasks"] },
];
const categoryOf = new Map(categories.flatMap((one) => one.operations.map((operation) => [operation, one])));

/** The first call that AWS would have throttled, had it no other caller; undefined when none. */
export function overLimit(trace: readonly TraceEntry[]): string | undefined {
  const buckets = new Map<object, { tokens: number; at: number }>();
  for (const entry of trace) {
    if (entry.kind !== "call") continue;
    const category = categoryOf.get(entry.operation);
    if (!category) continue;
    const bucket = buckets.get(category) ?? { tokens: category.burst, at: entry.at };
    buckets.set(category, bucket);
    bucket.tokens = Math.min(category.burst, bucket.tokens + ((entry.at - bucket.at) / 1000) * category.rate) - 1;
    bucket.at = entry.at;
    if (bucket.tokens < 0)
      return `${entry.operation} at ${entry.at / 1000} s is over the limit of ${category.rate} a second`;
  }
  return undefined;
}
