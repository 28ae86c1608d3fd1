import { CreateServiceCommand, RegisterTaskDefinitionCommand } from "@aws-sdk/client-ecs";
import type { TestEnvironment } from "./environment.js";
import { putImage } from "./image.js";

export const account = "123456789012";
const group = `arn:aws:elasticloadbalancing:us-west-2:${account}:targetgroup/api/0123456789abcdef`;
const secret = `arn:aws:secretsmanager:us-west-2:${account}:secret:api/db-AbCdEf`;

/** The arguments of `init` for it. */
export const where = ["--cluster", "uf-cloud-ops-exercise", "--service", "api", "--region", "us-west-2"];

/** A service of three containers behind a load balancer, with secrets and execute-command. */
export async function createApi(environment: TestEnvironment): Promise<void> {
  const { clients, target } = environment;
  const { ecs } = clients;
  const digest = await putImage(environment, "v1.0.0", {});
  const own = `${environment.url.replace("http://", "")}/${target.repository}@${digest}`;
  const logConfiguration = {
    logDriver: "awslogs" as const,
    options: {
      "awslogs-group": `/ecs/${target.service}`,
      "awslogs-region": target.region,
      "awslogs-stream-prefix": "api",
    },
  };
  await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: "api",
      networkMode: "awsvpc",
      requiresCompatibilities: ["FARGATE"],
      cpu: "256",
      memory: "512",
      executionRoleArn: `arn:aws:iam::${account}:role/api-execution`,
      taskRoleArn: `arn:aws:iam::${account}:role/api-task`,
      containerDefinitions: [
        {
          name: "web",
          image: own,
          portMappings: [{ containerPort: 3000 }],
          environment: [{ name: "VERSION", value: "v1.0.0" }],
          secrets: [{ name: "DB", valueFrom: secret }],
          logConfiguration,
        },
        { name: "worker", image: own, secrets: [{ name: "KEY", valueFrom: "/api/key" }], logConfiguration },
        { name: "proxy", image: "public.ecr.aws/nginx/nginx:1", portMappings: [{ containerPort: 8080 }] },
      ],
    }),
  );
  await ecs.send(
    new CreateServiceCommand({
      cluster: target.cluster,
      serviceName: "api",
      taskDefinition: "api",
      desiredCount: 1,
      launchType: "FARGATE",
      enableExecuteCommand: true,
      networkConfiguration: { awsvpcConfiguration: { subnets: ["subnet-00000000000000001"] } },
      loadBalancers: [{ targetGroupArn: group, containerName: "web", containerPort: 3000 }],
      deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } },
    }),
  );
}

/** A service of one container with a public image, without load balancer and circuit breaker. */
export async function createPlain({ clients: { ecs }, target }: TestEnvironment): Promise<void> {
  await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: "plain",
      networkMode: "awsvpc",
      requiresCompatibilities: ["FARGATE"],
      cpu: "256",
      memory: "512",
      containerDefinitions: [{ name: "app", image: "nginx:1" }],
    }),
  );
  await ecs.send(
    new CreateServiceCommand({
      cluster: target.cluster,
      serviceName: "Plain_1",
      taskDefinition: "plain",
      desiredCount: 0,
      launchType: "FARGATE",
      networkConfiguration: { awsvpcConfiguration: { subnets: ["subnet-00000000000000001"] } },
    }),
  );
}
