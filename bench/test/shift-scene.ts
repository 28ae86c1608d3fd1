import { setImmediate } from "node:timers/promises";
import { createAws } from "../../ci/lib/aws/clients.js";
import type { Session } from "../../ci/lib/rollout/session.js";
import {
  createInProcessAws,
  createSimulatedLoadBalancer,
  createSimulatedRuntime,
  createVirtualClock,
  type JsonObject,
} from "../../infra/local/aws/index.js";
import { operator, target } from "../scenario/fixture.js";
import { createPublisher } from "../scenario/images.js";

const { region, account, cluster, service, family, container } = target;
const elb = (rest: string) => `arn:aws:elasticloadbalancing:${region}:${account}:${rest}`;
export const [BLUE, GREEN] = [elb("targetgroup/web/0123456789abcdef"), elb("targetgroup/green/0123456789abcdef")];
const rule = (id: string) => elb(`listener-rule/app/main/0a/0b/${id}`);
export const [PRODUCTION, TEST] = [rule("1a"), rule("1b")];

export const advancedConfiguration = {
  alternateTargetGroupArn: GREEN,
  productionListenerRule: PRODUCTION,
  testListenerRule: TEST,
  roleArn: `arn:aws:iam::${account}:role/ecs-infrastructure`,
};

interface SceneOptions {
  deploymentConfiguration?: JsonObject;
  /** Changes of the service's one load balancer; by default it has two target groups and two rules. */
  balancer?: JsonObject;
  desiredCount?: number;
  deny?: string[];
}

/** Creates a service behind two target groups in the local AWS, on which v1.0.0 runs, and a session of the deployer. In virtual time. */
export async function shiftScene(options: SceneOptions = {}) {
  const { deploymentConfiguration = {}, balancer = { advancedConfiguration }, desiredCount = 2, deny = [] } = options;
  const clock = createVirtualClock();
  const aws = await createInProcessAws({
    clock,
    runtime: createSimulatedRuntime(clock, ({ taskDefinition }) => ({
      pull: 5_000,
      start: 1_000,
      stop: 1_000,
      // A version that the test names so has no image.
      ...(JSON.stringify(taskDefinition).includes('"missing"') && { pullError: "CannotPullContainerError: not found" }),
    })),
    loadBalancer: createSimulatedLoadBalancer(clock),
    deny,
    principals: [operator],
    account,
  });
  const call = (service: string, operation: string, input: JsonObject): Promise<Answer> =>
    aws.call(service, operation, input, operator);
  // biome-ignore lint/suspicious/noExplicitAny: responses are read field by field, as JSON
  type Answer = any;
  const ecs = (operation: string, input: JsonObject = {}): Promise<Answer> => call("ecs", operation, input);
  await call("ecr", "CreateRepository", { repositoryName: target.repository, imageTagMutability: "IMMUTABLE" });
  await call("logs", "CreateLogGroup", { logGroupName: `/ecs/${service}` });
  await ecs("CreateCluster", { clusterName: cluster });
  const publish = createPublisher(call, target, { asIndex: true });
  const register = async (version: string): Promise<string> => {
    const { image } = await publish(version);
    const environment = [{ name: "VERSION", value: version }];
    const app = { name: container, image, essential: true, portMappings: [{ containerPort: 5000 }], environment };
    const size = { networkMode: "awsvpc", requiresCompatibilities: ["FARGATE"], cpu: "256", memory: "512" };
    const executionRoleArn = `arn:aws:iam::${account}:role/execution`;
    const answer = await ecs("RegisterTaskDefinition", {
      family,
      ...size,
      executionRoleArn,
      containerDefinitions: [app],
    });
    return answer.taskDefinition.taskDefinitionArn;
  };
  await ecs("CreateService", {
    cluster,
    serviceName: service,
    desiredCount,
    taskDefinition: await register("v1.0.0"),
    launchType: "FARGATE",
    networkConfiguration: { awsvpcConfiguration: { subnets: ["subnet-1"], securityGroups: ["sg-1"] } },
    loadBalancers: [{ targetGroupArn: BLUE, containerName: container, containerPort: 5000, ...balancer }],
  });
  clock.advance(300_000);
  if (Object.keys(deploymentConfiguration).length > 0)
    await ecs("UpdateService", { cluster, service, deploymentConfiguration });
  const lines: string[] = [];
  /** Ends of the deployer's present sleeps: of two at once the shorter one ends first. */
  const sleeps = new Set<number>();
  const clients = createAws({ region, credentials: aws.credentials, requestHandler: aws.requestHandler as never });
  const session: Session = {
    aws: clients,
    target,
    clock: {
      now: clock.now,
      sleep: async (ms, signal) => {
        const end = clock.now() + ms;
        sleeps.add(end);
        try {
          do {
            await setImmediate();
            signal?.throwIfAborted();
          } while (end > Math.min(...sleeps));
          clock.advance(Math.max(0, end - clock.now()));
        } finally {
          sleeps.delete(end);
        }
      },
    },
    progress: (line) => void lines.push(line),
  };
  const newest = async (): Promise<Answer> => {
    const { serviceDeployments } = await ecs("ListServiceDeployments", { cluster, service });
    const serviceDeploymentArns = [serviceDeployments[0].serviceDeploymentArn];
    return (await ecs("DescribeServiceDeployments", { serviceDeploymentArns })).serviceDeployments[0];
  };
  return {
    clock,
    session,
    lines,
    ecs,
    call,
    publish,
    newest,
    described: async (): Promise<Answer> =>
      (await ecs("DescribeServices", { cluster, services: [service] })).services[0],
    /** Begins another user's deployment, and returns once ECS lists it. */
    async begin(version: string): Promise<string> {
      const taskDefinition = await register(version);
      await ecs("UpdateService", { cluster, service, taskDefinition });
      clock.advance(8_000);
      return taskDefinition;
    },
    waiting: async (): Promise<string[]> =>
      ((await newest()).lifecycleHookDetails ?? [])
        .filter(({ status }: { status: string }) => status === "AWAITING_ACTION")
        .map(({ hookId }: { hookId: string }) => hookId),
    /** Advances second by second until `isSo` holds, for up to two hours. */
    async until(isSo: () => Promise<boolean>): Promise<void> {
      for (const end = clock.now() + 7_200_000; !(await isSo()); clock.advance(1_000))
        if (clock.now() > end) throw new Error("It did not come within two hours.");
    },
  };
}

export const pause = (...lifecycleStages: string[]) => ({ targetType: "PAUSE", lifecycleStages });
