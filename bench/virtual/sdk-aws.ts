/** The deployer's port to AWS through the published SDK, unmodified: its requests end in this process instead of on a socket. */
import { type Clients, createAws } from "../../ci/lib/aws/clients.js";
import type { SdkRequestHandler } from "../../infra/local/aws/index.js";
import { secrets, target } from "../scenario/fixture.js";
import type { DeployerProcess } from "./deployer-process.js";
import { packages } from "./sdk-packages.js";
import type { VirtualAws } from "./virtual-aws.js";

type Handle = SdkRequestHandler["handle"];

export function sdkAws({ requestHandler, credentials }: VirtualAws, process: DeployerProcess): Clients {
  const handle: Handle = (request, options) => {
    return process.pass(operationOf(request), () => requestHandler.handle(request, options), errorIn);
  };
  return clientsThrough({ ...requestHandler, handle }, credentials.accessKeyId);
}

/**
 * Loads the files that the SDK reads at its first use. This happens once before any virtual time, because the simulation cannot detect an
 * idle process during a disk read.
 */
export function warmUpSdk(): Promise<void> {
  isWarm ??= warmUp();
  return isWarm;
}
let isWarm: Promise<void> | undefined;

async function warmUp(): Promise<void> {
  const handle: Handle = async () => ({
    response: { statusCode: 200, headers: { "content-type": "application/x-amz-json-1.1" }, body: Buffer.from("{}") },
  });
  const handler = { metadata: { handlerProtocol: "http/1.1" }, handle, destroy() {} };
  const { ecs, ecr, logs, lazy } = clientsThrough(handler, "AKIAWARMUP");
  await ecs.send(new packages.ecs.ListClustersCommand({}));
  await ecr.send(new packages.ecr.DescribeRepositoriesCommand({}));
  await logs.send(new packages.logs.DescribeLogGroupsCommand({}));
  // The SDK expects a response in XML, and this one is not.
  const { DescribeTargetGroupsCommand } = packages.elasticloadbalancing;
  await (await lazy.elb()).send(new DescribeTargetGroupsCommand({})).catch(() => undefined);
}

function clientsThrough(requestHandler: SdkRequestHandler, accessKeyId: string): Clients {
  const { region } = target;
  const settings = { region, credentials: { accessKeyId, secretAccessKey: secrets.key } };
  const clients = createAws({ ...settings, requestHandler: requestHandler as never });
  // Loaded before: a module load takes real time, which a virtual clock does not see.
  const lazily = (client: new (settings: object) => object) => async () =>
    new client({ ...settings, maxAttempts: 5, requestHandler }) as never;
  const lazy = {
    ecr: lazily(packages.ecr.ECRClient),
    elb: lazily(packages.elasticloadbalancing.ElasticLoadBalancingV2Client),
    iam: lazily(packages.iam.IAMClient),
    secretsManager: lazily(packages.secretsmanager.SecretsManagerClient),
    ssm: lazily(packages.ssm.SSMClient),
    sns: () => Promise.reject(new Error("No simulated rollout notifies.")),
    autoscaling: lazily(packages["application-autoscaling"].ApplicationAutoScalingClient),
    cloudWatch: lazily(packages.monitoring.CloudWatchClient),
    lambda: lazily(packages.lambda.LambdaClient),
    s3: () => Promise.reject(new Error("No simulated target names a bucket.")),
    dynamodb: () => Promise.reject(new Error("No simulated target names a table.")),
    events: lazily(packages.events.EventBridgeClient),
    scheduler: lazily(packages.scheduler.SchedulerClient),
  };
  return { ...clients, lazy };
}

/** The operation is in a header for JSON protocols, and in the form for the others. */
function operationOf({ headers, body }: Parameters<Handle>[0]): string {
  const action = () => new URLSearchParams(body === undefined ? "" : new TextDecoder().decode(Buffer.from(body)));
  return headers["x-amz-target"]?.split(".").at(-1) ?? action().get("Action") ?? "";
}

function errorIn({ response }: Awaited<ReturnType<Handle>>): string | undefined {
  return response.statusCode === 200 ? undefined : (response.headers["x-amzn-errortype"] ?? `${response.statusCode}`);
}
