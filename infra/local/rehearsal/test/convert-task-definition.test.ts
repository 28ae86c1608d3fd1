import assert from "node:assert/strict";
import { test } from "node:test";
import { type JsonObject as AwsJson, checkTaskDefinition } from "../../aws/index.js";
import { BadInput } from "../bad-input.js";
import { convertTaskDefinition, fargateSize, repositoryName } from "../convert-task-definition.js";
import { localTaskDefinition } from "../local-task-definition.js";

const ecr = "210987654321.dkr.ecr.eu-west-1.amazonaws.com";
const web = {
  name: "web",
  image: `${ecr}/team/web@sha256:${"a".repeat(64)}`,
  cpu: 0,
  essential: true,
  portMappings: [{ containerPort: 8080, hostPort: 8080, protocol: "tcp" }],
  environment: [{ name: "LOG_LEVEL", value: "info" }],
  secrets: [{ name: "DATABASE_URL", valueFrom: "arn:aws:secretsmanager:eu-west-1:210987654321:secret:db" }],
  healthCheck: { command: ["CMD-SHELL", "curl -f localhost:8080"], interval: 30, timeout: 5, retries: 3 },
  dependsOn: [{ containerName: "agent", condition: "START" }],
  mountPoints: [{ sourceVolume: "data", containerPath: "/data" }],
  volumesFrom: [],
  logConfiguration: {
    logDriver: "awslogs",
    options: { "awslogs-group": "/team/web", "awslogs-region": "eu-west-1", "awslogs-stream-prefix": "web" },
  },
};
const agent = { name: "agent", image: "public.ecr.aws/vendor/agent:7", essential: false };
const given = {
  family: "web",
  taskDefinitionArn: "arn:aws:ecs:eu-west-1:210987654321:task-definition/web:7",
  executionRoleArn: "arn:aws:iam::210987654321:role/web-execution",
  taskRoleArn: "arn:aws:iam::210987654321:role/web",
  networkMode: "awsvpc",
  requiresCompatibilities: ["FARGATE"],
  cpu: "512",
  memory: "1024",
  volumes: [{ name: "data", efsVolumeConfiguration: { fileSystemId: "fs-1" } }],
  containerDefinitions: [agent, web],
};
const release = { image: "127.0.0.1:4566/team/web@sha256:1", version: "v1.0.0" };
const registered = ({ target, containers, rest }: ReturnType<typeof convertTaskDefinition>) =>
  localTaskDefinition(target, containers, release, rest);

test("the local service has the region, account, repository, port, roles and size of the user's", () => {
  const service = convertTaskDefinition(given, []);
  assert.deepEqual(service.target, {
    ...{ region: "eu-west-1", account: "210987654321", cluster: "rehearsal", service: "web", family: "web" },
    ...{ container: "web", repository: "team/web" },
  });
  const { cpu, memory, taskRoleArn, executionRoleArn } = registered(service);
  assert.deepEqual(
    { cpu, memory, taskRoleArn, executionRoleArn },
    { cpu: "512", memory: "1024", taskRoleArn: given.taskRoleArn, executionRoleArn: given.executionRoleArn },
  );
  assert.deepEqual(service.containers[0]?.portMappings, [{ containerPort: 8080, protocol: "tcp" }]);
});

test("the local ECS accepts it: sidecars are left out with what refers to them, secrets are dummies, volumes are empty", () => {
  const service = convertTaskDefinition(given, []);
  const definition = registered(service);
  assert.deepEqual(checkTaskDefinition(definition as unknown as AwsJson).compatibilities, ["EC2", "FARGATE"]);
  assert.deepEqual(definition.volumes, [{ name: "data" }]);
  const [container] = definition.containerDefinitions ?? [];
  assert.equal(container?.dependsOn, undefined);
  assert.equal(container?.image, release.image);
  assert.deepEqual(container?.environment, [
    { name: "LOG_LEVEL", value: "info" },
    { name: "DATABASE_URL", value: "dummy-DATABASE_URL" },
    { name: "VERSION", value: "v1.0.0" },
  ]);
  assert.deepEqual(container?.healthCheck, web.healthCheck);
  assert.equal(container?.logConfiguration?.options?.["awslogs-group"], "/team/web");
  assert.deepEqual(service.notes, [
    "containers without the released image are left out: agent",
    "container web: the secrets DATABASE_URL have dummy values",
    "volumes are empty at first: data",
  ]);
});

test("no value of a secret's address or of another account's reaches the local service", () => {
  assert.doesNotMatch(JSON.stringify(registered(convertTaskDefinition(given, []))), /secretsmanager/);
});

test("containers of one image are released together, the one with a port first", () => {
  const worker = { name: "worker", image: web.image, command: ["work"] };
  const { target, containers } = convertTaskDefinition({ ...given, containerDefinitions: [worker, agent, web] }, []);
  assert.deepEqual([target.container, target.containers], ["web", ["web", "worker"]]);
  assert.deepEqual(containers[1]?.command, ["work"]);
});

test("containers of several private images are refused with their images, and --container names one", () => {
  const other = { name: "proxy", image: `${ecr}/proxy:1`, portMappings: [{ containerPort: 80 }] };
  const several = { ...given, containerDefinitions: [web, other] };
  const refused = (named: string[], message: RegExp) =>
    assert.throws(
      () => convertTaskDefinition(several, named),
      (error) => error instanceof BadInput && message.test(error.message),
    );
  refused([], /"web": ".*team\/web.*\n.*"proxy": ".*\nName one: --container NAME$/);
  refused(["wep"], /^--container "wep": accepted: "web", "proxy"\.$/);
  refused(["web", "proxy"], /several images/);
  assert.equal(convertTaskDefinition(several, ["proxy"]).target.repository, "proxy");
});

test("a task definition of container instances becomes one of Fargate that the local ECS accepts", () => {
  const container = {
    ...{ name: "web", image: "ghcr.io/Team/Web:3", memory: 3000, cpu: 700, privileged: true, links: ["agent"] },
    ...{ portMappings: [{ containerPort: 80, hostPort: 0 }], logConfiguration: { logDriver: "splunk", options: {} } },
    linuxParameters: { devices: [{ hostPath: "/dev/x" }] },
  };
  const service = convertTaskDefinition(
    { family: "web", networkMode: "bridge", containerDefinitions: [container] },
    [],
  );
  const definition = registered(service);
  assert.doesNotThrow(() => checkTaskDefinition(definition as unknown as AwsJson));
  assert.deepEqual([definition.cpu, definition.memory, service.target.repository], ["1024", "3072", "team/web"]);
  assert.equal(definition.containerDefinitions?.[0]?.logConfiguration?.logDriver, "awslogs");
  assert.deepEqual(service.notes, [
    "container web: logs go to the group /ecs/web, not to splunk",
    "container web: privileged, links, linuxParameters left out",
  ]);
});

test("a released container that may end becomes essential where no other one is", () => {
  const { containers } = convertTaskDefinition(
    { ...given, containerDefinitions: [{ ...web, essential: false }, agent] },
    [],
  );
  assert.equal(containers[0]?.essential, true);
});

test("the smallest Fargate size that is large enough is taken", () => {
  const sizes = [
    [100, 100, "256", "512"],
    [256, 1500, "256", "2048"],
    [256, 2049, "512", "3072"],
    [5000, 17_000, "8192", "20480"],
    [99_999, 999_999, "16384", "122880"],
  ] as const;
  for (const [cpu, memory, units, mebibytes] of sizes)
    assert.deepEqual(fargateSize(cpu, memory), { cpu: units, memory: mebibytes });
});

test("an image of any registry has a repository name that ECR accepts", () => {
  assert.equal(repositoryName("ghcr.io/Team/My_App:v1"), "team/my-app");
  assert.equal(repositoryName("localhost:5000/app@sha256:1"), "app");
  assert.equal(repositoryName("nginx"), "nginx");
  assert.equal(repositoryName(""), "rehearsal");
});
