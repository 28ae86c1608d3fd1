import assert from "node:assert/strict";
import { test } from "node:test";
import type { Service, ServiceManagedEBSVolumeConfiguration } from "@aws-sdk/client-ecs";
import { launchOf } from "../../../lib/rollout/tasks/launch.js";

const networkConfiguration = { awsvpcConfiguration: { subnets: ["subnet-1"], securityGroups: ["sg-1"] } };
const ebs = {
  roleArn: "arn:aws:iam::123456789012:role/ecs-infrastructure",
  sizeInGiB: 10,
  volumeType: "gp3",
  filesystemType: "xfs" as const,
};
const onVolume = (managedEBSVolume: Partial<ServiceManagedEBSVolumeConfiguration>, more: Service = {}): Service => ({
  ...more,
  deployments: [
    { status: "ACTIVE", volumeConfigurations: [{ name: "old", managedEBSVolume: { roleArn: "x" } }] },
    { status: "PRIMARY", volumeConfigurations: [{ name: "data", managedEBSVolume: { ...ebs, ...managedEBSVolume } }] },
  ],
});

test("a one-off task gets the placement, the execute-command setting and the managed tags of the service's tasks", () => {
  const placementConstraints = [{ type: "memberOf" as const, expression: "attribute:ecs.instance-type =~ m7.*" }];
  const placementStrategy = [{ type: "spread" as const, field: "attribute:ecs.availability-zone" }];
  const service: Service = {
    launchType: "EC2",
    networkConfiguration,
    placementConstraints,
    placementStrategy,
    enableExecuteCommand: true,
    enableECSManagedTags: true,
  };
  assert.deepEqual(launchOf(service), service);
});

test("fields that the service does not set are not sent", () => {
  const service: Service = {
    capacityProviderStrategy: [],
    placementConstraints: [],
    placementStrategy: [],
    enableExecuteCommand: false,
    enableECSManagedTags: false,
    propagateTags: "NONE",
    deployments: [{ status: "PRIMARY", volumeConfigurations: [] }],
  };
  assert.deepEqual(launchOf(service), {});
});

test("a capacity provider strategy takes the place of the launch type, which RunTask refuses beside it", () => {
  const capacityProviderStrategy = [{ capacityProvider: "FARGATE_SPOT", weight: 1, base: 0 }];
  const deployments = [{ status: "PRIMARY", launchType: "FARGATE" as const }];
  assert.deepEqual(launchOf({ capacityProviderStrategy, deployments, platformVersion: "LATEST" }), {
    capacityProviderStrategy,
    platformVersion: "LATEST",
  });
});

test("where the service has none, its primary deployment's network, launch type and platform version are used", () => {
  const settings = { networkConfiguration, launchType: "FARGATE" as const, platformVersion: "1.4.0" };
  assert.deepEqual(launchOf({ deployments: [{ status: "PRIMARY", ...settings }] }), settings);
});

test("a volume that is configured at launch comes from the primary deployment, and ends with the task", () => {
  assert.deepEqual(launchOf(onVolume({})), {
    volumeConfigurations: [
      { name: "data", managedEBSVolume: { ...ebs, terminationPolicy: { deleteOnTermination: true } } },
    ],
  });
});

const volumeTagsOf = (launch: ReturnType<typeof launchOf>) =>
  launch.volumeConfigurations?.[0]?.managedEBSVolume?.tagSpecifications;

test("a volume's tags from the task definition stay so, and those from the service become its own", () => {
  const own = [{ key: "team", value: "a" }];
  const tags = [
    { key: "team", value: "b" },
    { key: "cost", value: "7" },
    { key: "aws:cloudformation:stack-name", value: "web" },
  ];
  const specification = (propagateTags: "TASK_DEFINITION" | "SERVICE") => ({
    tagSpecifications: [{ resourceType: "volume" as const, tags: own, propagateTags }],
  });
  assert.deepEqual(volumeTagsOf(launchOf(onVolume(specification("TASK_DEFINITION")))), [
    { resourceType: "volume", tags: own, propagateTags: "TASK_DEFINITION" },
  ]);
  assert.deepEqual(volumeTagsOf(launchOf(onVolume(specification("SERVICE"), { tags }))), [
    { resourceType: "volume", tags: [...own, { key: "cost", value: "7" }] },
  ]);
});

test("tags come from where the service's tasks have them: its own are sent, the revision's are propagated", () => {
  const tags = [
    { key: "cost", value: "7" },
    { key: "aws:cloudformation:stack-name", value: "web" },
  ];
  assert.deepEqual(launchOf({ propagateTags: "SERVICE", tags }), { tags: [{ key: "cost", value: "7" }] });
  assert.deepEqual(launchOf({ propagateTags: "TASK_DEFINITION", tags }), { propagateTags: "TASK_DEFINITION" });
  assert.deepEqual(launchOf({ propagateTags: "NONE", tags }), {});
});
