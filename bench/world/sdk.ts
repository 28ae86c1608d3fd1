/** The deployer's port to AWS through the published SDK, unmodified: its requests end in this process instead of on a socket. */
import { type Clients, createAws } from "../../ci/src/aws/clients.js";
import type { SdkRequestHandler } from "../../infra/local/aws/wire/request-handler.js";
import type { LocalAws } from "./local-aws.js";
import { secrets, target } from "./names.js";
import type { DeployerProcess } from "./process.js";

type Handle = SdkRequestHandler["handle"];

export function sdkAws({ requestHandler, credentials }: LocalAws, process: DeployerProcess): Clients {
  const handle: Handle = (request, options) => {
    const operation = request.headers["x-amz-target"]?.split(".").at(-1) ?? "";
    return process.pass(operation, () => requestHandler.handle(request, options), errorIn);
  };
  return clientsThrough({ ...requestHandler, handle }, credentials.accessKeyId);
}

/**
 * The SDK reads files when it is first used. It does so once before any virtual time, because while it waits for the disk there is no
 * telling whether it is idle.
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
  const { ecs, ecr, logs } = clientsThrough(handler, "AKIAWARMUP");
  const { ListClustersCommand } = await import("@aws-sdk/client-ecs");
  const { DescribeRepositoriesCommand } = await import("@aws-sdk/client-ecr");
  const { DescribeLogGroupsCommand } = await import("@aws-sdk/client-cloudwatch-logs");
  await ecs.send(new ListClustersCommand({}) as never);
  await ecr.send(new DescribeRepositoriesCommand({}) as never);
  await logs.send(new DescribeLogGroupsCommand({}) as never);
}

function clientsThrough(requestHandler: SdkRequestHandler, accessKeyId: string): Clients {
  return createAws({
    region: target.region,
    credentials: { accessKeyId, secretAccessKey: secrets.key },
    requestHandler: requestHandler as never,
  });
}

function errorIn({ response }: Awaited<ReturnType<Handle>>): string | undefined {
  return response.statusCode === 200 ? undefined : (response.headers["x-amzn-errortype"] ?? `${response.statusCode}`);
}
