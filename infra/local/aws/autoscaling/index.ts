import { required } from "../protocol/input.js";
import { AwsError, type JsonObject, type Service } from "../protocol/service.js";

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

/** Application Auto Scaling, read-only and empty: for tools that check whether a service is scaled. */
export function createAutoScaling(): Service {
  return {
    signingName: "application-autoscaling",
    targetPrefix: "AnyScaleFrontendService",
    operations: {
      DescribeScalableTargets(input) {
        checkNamespace(input);
        return { ScalableTargets: [] };
      },
      DescribeScalingPolicies(input) {
        checkNamespace(input);
        return { ScalingPolicies: [] };
      },
    },
  };
}

function checkNamespace(input: JsonObject): void {
  const namespace = required(input, "ServiceNamespace");
  if (NAMESPACES.includes(namespace)) return;
  throw new AwsError(
    "ValidationException",
    `1 validation error detected: Value '${namespace}' at 'serviceNamespace' failed to satisfy constraint: Member must satisfy enum value set: [${NAMESPACES.join(", ")}]`,
  );
}
