/** The deployer's port to AWS through the published SDK, unmodified: its requests end in this process instead of on a socket. */
import { type Clients, createAws } from "../../ci/src/aws/clients.js";
import { AwsError, type JsonObject } from "../../infra/local/aws/wire/service.js";
import { secrets, target } from "./names.js";
import { type DeployerProcess, NoAnswer } from "./process.js";

/** Of HttpRequest, what is read here. */
interface Request {
  headers: Record<string, string>;
  body?: unknown;
}
interface Response {
  statusCode: number;
  headers: Record<string, string>;
  body: Uint8Array;
}

export function sdkAws(process: DeployerProcess): Clients {
  return clientsThrough(async (request) => {
    const [, service = ""] = /Credential=[^/]+\/\d+\/[^/]+\/(\w+)\//.exec(request.headers.authorization ?? "") ?? [];
    const operation = request.headers["x-amz-target"]?.split(".").at(-1) ?? "";
    const input = JSON.parse(textOf(request.body) || "{}") as JsonObject;
    try {
      return responseOf(200, await process.ask({ service, operation, input }));
    } catch (error) {
      if (error instanceof NoAnswer) throw Object.assign(new Error(error.message), { code: error.code });
      if (!(error instanceof AwsError)) throw error;
      return responseOf(error.status, { __type: error.code, message: error.message, ...error.fields });
    }
  });
}

/**
 * The SDK reads files when it is first used. It does so once before any virtual time, because while it waits for the disk there is no
 * telling whether it is idle.
 */
export async function warmUpSdk(): Promise<void> {
  const { ecs, ecr, logs } = clientsThrough(async () => responseOf(200, {}));
  const { ListClustersCommand } = await import("@aws-sdk/client-ecs");
  const { DescribeRepositoriesCommand } = await import("@aws-sdk/client-ecr");
  const { DescribeLogGroupsCommand } = await import("@aws-sdk/client-cloudwatch-logs");
  await ecs.send(new ListClustersCommand({}) as never);
  await ecr.send(new DescribeRepositoriesCommand({}) as never);
  await logs.send(new DescribeLogGroupsCommand({}) as never);
}

function clientsThrough(handle: (request: Request) => Promise<Response>): Clients {
  const handler = { handle: async (request: Request) => ({ response: await handle(request) }) };
  return createAws({
    region: target.region,
    credentials: { accessKeyId: "AKIADEPLOYER", secretAccessKey: secrets.key },
    requestHandler: handler as never,
  });
}

function responseOf(statusCode: number, body: JsonObject): Response {
  return {
    statusCode,
    headers: { "content-type": "application/x-amz-json-1.1" },
    body: new TextEncoder().encode(JSON.stringify(body)),
  };
}

function textOf(body: unknown): string {
  return body instanceof Uint8Array ? new TextDecoder().decode(body) : String(body ?? "");
}
