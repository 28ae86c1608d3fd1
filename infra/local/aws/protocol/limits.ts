import type { Clock } from "../clock.js";
import { throttled } from "./inject-faults.js";
import type { Caller } from "./service.js";

/** Request rate limits, per account and region. */
export interface Limits {
  /** Counts a call. @throws AwsError ThrottlingException when its bucket is empty. */
  take(service: string, operation: string, caller: Pick<Caller, "accountId" | "region">): void;
}

/** Token bucket: burst size and refill rate per second. */
interface Quota {
  burst: number;
  perSecond: number;
}

/** ECS's documented limits: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html. Operations of one row share a bucket. */
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
  // Fargate's limit; on container instances it is 40 per second.
  [["RunTask"], { burst: 100, perSecond: 20 }],
  [["TagResource", "UntagResource"], { burst: 20, perSecond: 10 }],
];

/** Creates limits for ECS only. Operations without a documented limit have none. */
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
