import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { ECRClient } from "@aws-sdk/client-ecr";
import { ECSClient } from "@aws-sdk/client-ecs";
import { STSClient } from "@aws-sdk/client-sts";
import { type Clients, lazyClients } from "../../lib/aws/clients.js";
import { wrapErrors } from "../../lib/aws/errors.js";
import type { JsonObject } from "../../lib/aws/raw-task-definition.js";
import { queryResponse } from "./query-response.js";
import { schedulerCall } from "./scheduler-call.js";

/** Error response of AWS. */
export class Fault {
  constructor(
    readonly code: string,
    readonly message = "",
    readonly status = 400,
    /** Additional members of the error. */
    readonly fields: JsonObject = {},
  ) {}
}
/** Response that cuts the connection after the request was received. */
export const lostResponse = Symbol("lost answer");

export type FakeResponse = JsonObject | Fault | typeof lostResponse;
export type Script = Record<string, (input: JsonObject) => FakeResponse>;
export interface Call {
  operation: string;
  input: JsonObject;
}

/** Loopback server for AWS's JSON and query protocols and the REST reads of EventBridge Scheduler, with its clients. */
export interface FakeAws {
  aws: Clients;
  calls: Call[];
  /** Handlers by operation; read at each request, so a test may replace them. */
  script: Script;
  /** Returns the inputs of one operation's calls so far. */
  sent(operation: string): JsonObject[];
  close(): Promise<void>;
}

export async function fakeAws(script: Script, options: { maxAttempts?: number } = {}): Promise<FakeAws> {
  const calls: Call[] = [];
  const fake = { calls, script };
  // Longer than clients keep connections, so that none closes while a request is written to it.
  const server = createServer(
    { keepAliveTimeout: 75_000 },
    (request, response) => void answer(fake, request, response),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const settings = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: "us-west-2",
    credentials: { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "example" },
    maxAttempts: options.maxAttempts ?? 1,
  };
  const aws: Clients = {
    ecs: wrapErrors(new ECSClient(settings), "ecs"),
    ecr: wrapErrors(new ECRClient(settings), "ecr"),
    sts: wrapErrors(new STSClient(settings), "sts"),
    logs: wrapErrors(new CloudWatchLogsClient(settings), "logs"),
    lazy: lazyClients(settings),
  };
  return Object.assign(fake, {
    aws,
    sent: (operation: string) => calls.filter((call) => call.operation === operation).map((call) => call.input),
    async close() {
      for (const client of [aws.ecs, aws.ecr, aws.sts, aws.logs]) client.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

/** Returns the maker of a fake AWS behind the SDK and HTTP for scenes, which is closed after the test. */
export function overHttp(t: TestContext, maxAttempts = 1): (script: Script) => Promise<FakeAws> {
  return async (script) => {
    const fake = await fakeAws(script, { maxAttempts });
    t.after(() => fake.close());
    return fake;
  };
}

async function answer(fake: Pick<FakeAws, "calls" | "script">, request: IncomingMessage, response: ServerResponse) {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const target = request.headers["x-amz-target"];
  const body = Buffer.concat(chunks).toString();
  const isForm =
    target === undefined && request.headers["content-type"]?.startsWith("application/x-www-form-urlencoded");
  const { Action, ...form } = isForm ? Object.fromEntries(new URLSearchParams(body)) : {};
  const { operation, input } =
    target !== undefined
      ? { operation: String(target).split(".").at(-1) ?? "", input: JSON.parse(body || "{}") as JsonObject }
      : Action !== undefined
        ? { operation: Action, input: form as JsonObject }
        : schedulerCall(request);
  fake.calls.push({ operation, input });
  const script = fake.script[operation];
  const result = script ? script(input) : new Fault("UnknownOperationException", `no script for ${operation}`);
  if (result === lostResponse) return void request.socket.destroy();
  if (result instanceof Fault) response.statusCode = result.status;
  if (Action !== undefined) return void response.end(queryResponse(operation, result));
  response.setHeader("content-type", "application/x-amz-json-1.1");
  if (result instanceof Fault) response.setHeader("x-amzn-errortype", result.code);
  if (result instanceof Fault) {
    return void response.end(JSON.stringify({ __type: result.code, message: result.message, ...result.fields }));
  }
  response.end(JSON.stringify(result));
}
