import type { Clock } from "../clock.js";
import { number, required, text, texts } from "../protocol/input.js";
import { AwsError, type JsonObject, type Service } from "../protocol/service.js";
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
}

/** Application Auto Scaling: targets are kept for tools that read them, and no service is scaled. */
export function createAutoScaling({ state, clock }: { state: StateDirectory; clock: Clock }): Service {
  const document = state.document(
    "autoscaling",
    () => ({ targets: new Map<string, ScalableTarget>() }),
    (stored: { targets?: Record<string, ScalableTarget> }) => ({ targets: storedMap(stored.targets) }),
  );
  const { targets } = document.value;
  return {
    signingName: "application-autoscaling",
    targetPrefix: "AnyScaleFrontendService",
    operations: {
      RegisterScalableTarget(input) {
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
        });
        document.save();
        return {};
      },
      DeregisterScalableTarget(input) {
        if (!targets.delete(keyOf(input)))
          throw new AwsError("ObjectNotFoundException", `No scalable target found for ${keyOf(input)}`);
        document.save();
        return {};
      },
      DescribeScalableTargets(input) {
        checkNamespace(input);
        const [resources, dimension] = [texts(input, "ResourceIds"), text(input, "ScalableDimension")];
        const found = [...targets.values()].filter(
          (one) =>
            one.namespace === text(input, "ServiceNamespace") &&
            (resources === undefined || resources.includes(one.resourceId)) &&
            (dimension === undefined || dimension === one.dimension),
        );
        return { ScalableTargets: found.map(targetView) };
      },
      DescribeScalingPolicies(input) {
        checkNamespace(input);
        return { ScalingPolicies: [] };
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
