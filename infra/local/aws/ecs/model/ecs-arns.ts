import { partitionOf } from "../../partition.js";

/** Account and region of a resource. ARNs have ECS's long format. */
export interface Scope {
  accountId: string;
  region: string;
}

export const arnPrefix = (scope: Scope) => `arn:${partitionOf(scope.region)}:ecs:${scope.region}:${scope.accountId}:`;
export const clusterArn = (scope: Scope, name: string) => `${arnPrefix(scope)}cluster/${name}`;
export const taskDefinitionArn = (scope: Scope, family: string, revision: number) =>
  `${arnPrefix(scope)}task-definition/${family}:${revision}`;
export const familyKey = (scope: Scope, family: string) => `${scope.accountId}/${scope.region}/${family}`;

/** Returns the ARN of a resource of `kind` in a cluster, such as `task/CLUSTER/ID`, in the cluster's account and region. */
export const resourceArn = (cluster: string, kind: string, path: string) => {
  const [prefix, name] = cluster.split(":cluster/") as [string, string];
  return `${prefix}:${kind}/${name}/${path}`;
};

/** Returns the part of an ARN after its last slash. */
export const lastPartOf = (arn: string) => arn.slice(arn.lastIndexOf("/") + 1);

/** Returns account and region of an ARN `arn:aws:ecs:REGION:ACCOUNT:…`. */
export function scopeOf(arn: string): Scope {
  const [, , , region = "", accountId = ""] = arn.split(":", 5);
  return { region, accountId };
}
