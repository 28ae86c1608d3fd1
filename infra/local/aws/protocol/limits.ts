import type { Clock } from "../clock.js";
import { throttled } from "./inject-faults.js";
import type { Caller } from "./service.js";

/** How often an account may call, each region for itself. */
export interface Limits {
  /** Counts a call. Throws `ThrottlingException` when its bucket is empty. */
  take(service: string, operation: string, caller: Pick<Caller, "accountId" | "region">): void;
}

/** A token bucket: so many calls at once, and so many a second in the long run. */
interface Quota {
  burst: number;
  perSecond: number;
}

/** As ECS documents them: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html. What shares a bucket stands in one row. */
const ECS: [operations: string[], quota: Quota][] = [
  [["RegisterTaskDefinition", "DeregisterTaskDefinition"], { burst: 20, perSecond: 1 }],
  [["DescribeTaskDefinition", "ListTaskDefinitions"], { burst: 50, perSecond: 20 }],
  [["DeleteTaskDefinitions"], { burst: 5, perSecond: 1 }],
  [["CreateService", "UpdateService", "DeleteService"], { burst: 50, perSecond: 5 }],
  [["DescribeServices", "ListServices"], { burst: 100, perSecond: 20 }],
  [["DescribeServiceDeployments", "ListServiceDeployments"], { burst: 50, perSecond: 20 }],
  [["DescribeServiceRevisions"], { burst: 50, perSecond: 20 }],
  [["DescribeTasks", "ListTasks"], { burst: 100, perSecond: 20 }],
  [["StopTask"], { burst: 100, perSecond: 40 }],
  // Fargate's, which is the slower one: 40 a second on container instances.
  [["RunTask"], { burst: 100, perSecond: 20 }],
  [["TagResource", "UntagResource"], { burst: 20, perSecond: 10 }],
];

/** Operations without a documented limit have none here. Of the services only ECS has limits. */
export function createLimits(clock: Clock): Limits {
  const buckets = new Map<string, { tokens: number; at: number }>();
  return {
    take(service, operation, { accountId, region }) {
      const category = service === "ecs" ? ECS.findIndex(([operations]) => operations.includes(operation)) : -1;
      const quota = ECS[category]?.[1];
      if (quota === undefined) return;
      const key = `${accountId} ${region} ${category}`;
      const now = clock.now();
      const { tokens, at } = buckets.get(key) ?? { tokens: quota.burst, at: now };
      const filled = Math.min(quota.burst, tokens + ((now - at) / 1_000) * quota.perSecond);
      buckets.set(key, { tokens: Math.max(0, filled < 1 ? filled : filled - 1), at: now });
      if (filled < 1) throw throttled();
    },
  };
}
