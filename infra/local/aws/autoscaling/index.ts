import { createHash } from "node:crypto";
import type { Clock } from "../clock.js";
import { partitionOf } from "../partition.js";
import { number, record, required, text, texts } from "../protocol/input.js";
import { AwsError, type Caller, type JsonObject, type Service } from "../protocol/service.js";
import type { StateDirectory } from "../state.js";
import { storedMap } from "../stored-map.js";

const NAMESPACES = [
  "appstream",
  "cassandra",
  "comprehend",
  "custom-resource",
  "dynamodb",
  "ec2",
  "ecs",
  "elasticache",
  "elasticmapreduce",
  "kafka",
  "lambda",
  "neptune",
  "rds",
  "sagemaker",
  "workspaces",
];

interface ScalableTarget {
  namespace: string;
  resourceId: string;
  dimension: string;
  min: number;
  max: number;
  suspended: JsonObject;
  createdAt: number;
  /** Absent in what earlier versions stored. */
  tags?: JsonObject;
}

/** Application Auto Scaling: targets are kept for tools that read them, and no service is scaled. */
export function createAutoScaling({ state, clock }: { state: StateDirectory; clock: Clock }): Service {
  const document = state.document(
    "autoscaling",
    () => ({ targets: new Map<string, ScalableTarget>() }),
    (stored: { targets?: Record<string, ScalableTarget> }) => ({ targets: storedMap(stored.targets) }),
  );
  const { targets } = document.value;
  const byArn = (input: JsonObject, caller: Caller) => {
    const arn = required(input, "ResourceARN");
    const found = [...targets].find(([key]) => arnOf(key, caller) === arn)?.[1];
    if (found === undefined) throw new AwsError("ResourceNotFoundException", `The resource doesn't exist: ${arn}`);
    return found;
  };
  return {
    signingName: "application-autoscaling",
    targetPrefix: "AnyScaleFrontendService",
    operations: {
      RegisterScalableTarget(input, caller) {
        const key = keyOf(input);
        const known = targets.get(key);
        const min = number(input, "MinCapacity") ?? known?.min;
        const max = number(input, "MaxCapacity") ?? known?.max;
        if (min === undefined || max === undefined || min > max)
          throw invalid("MinCapacity and MaxCapacity are needed, and MinCapacity can't be greater than MaxCapacity");
        targets.set(key, {
          namespace: required(input, "ServiceNamespace"),
          resourceId: required(input, "ResourceId"),
          dimension: required(input, "ScalableDimension"),
          ...{ min, max },
          suspended: (input.SuspendedState as JsonObject | undefined) ?? known?.suspended ?? {},
          createdAt: known?.createdAt ?? clock.now(),
          tags: known?.tags ?? record(input, "Tags") ?? {},
        });
        document.save();
        return { ScalableTargetARN: arnOf(key, caller) };
      },
      DeregisterScalableTarget(input) {
        if (!targets.delete(keyOf(input)))
          throw new AwsError("ObjectNotFoundException", `No scalable target found for ${keyOf(input)}`);
        document.save();
        return {};
      },
      DescribeScalableTargets(input, caller) {
        checkNamespace(input);
        const [resources, dimension] = [texts(input, "ResourceIds"), text(input, "ScalableDimension")];
        const found = [...targets].filter(
          ([, one]) =>
            one.namespace === text(input, "ServiceNamespace") &&
            (resources === undefined || resources.includes(one.resourceId)) &&
            (dimension === undefined || dimension === one.dimension),
        );
        return {
          ScalableTargets: found.map(([key, one]) => ({ ScalableTargetARN: arnOf(key, caller), ...targetView(one) })),
        };
      },
      DescribeScalingPolicies(input) {
        checkNamespace(input);
        return { ScalingPolicies: [] };
      },
      ListTagsForResource: (input, caller) => ({ Tags: byArn(input, caller).tags ?? {} }),
      TagResource(input, caller) {
        const found = byArn(input, caller);
        found.tags = { ...found.tags, ...record(input, "Tags") };
        document.save();
        return {};
      },
      UntagResource(input, caller) {
        const found = byArn(input, caller);
        const removed = texts(input, "TagKeys") ?? [];
        found.tags = Object.fromEntries(Object.entries(found.tags ?? {}).filter(([key]) => !removed.includes(key)));
        document.save();
        return {};
      },
    },
  };
}

function targetView({ namespace, resourceId, dimension, min, max, suspended, createdAt }: ScalableTarget): JsonObject {
  return {
    ServiceNamespace: namespace,
    ResourceId: resourceId,
    ScalableDimension: dimension,
    MinCapacity: min,
    MaxCapacity: max,
    CreationTime: createdAt / 1000,
    SuspendedState: {
      DynamicScalingInSuspended: false,
      DynamicScalingOutSuspended: false,
      ScheduledScalingSuspended: false,
      ...suspended,
    },
  };
}

function arnOf(key: string, { region, accountId }: Caller): string {
  const id = createHash("sha256").update(`${region} ${key}`).digest("hex").slice(0, 36);
  return `arn:${partitionOf(region)}:application-autoscaling:${region}:${accountId}:scalable-target/${id}`;
}

function keyOf(input: JsonObject): string {
  checkNamespace(input);
  return ["ServiceNamespace", "ResourceId", "ScalableDimension"].map((name) => required(input, name)).join(" ");
}

function invalid(message: string): AwsError {
  return new AwsError("ValidationException", message);
}

function checkNamespace(input: JsonObject): void {
  const namespace = required(input, "ServiceNamespace");
  if (NAMESPACES.includes(namespace)) return;
  throw new AwsError(
    "ValidationException",
    `1 validation error detected: Value '${namespace}' at 'serviceNamespace' failed to satisfy constraint: Member must satisfy enum value set: [${NAMESPACES.join(", ")}]`,
  );
}
