import { mkdtemp, rm } from "node:fs/promises";
import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { ECRClient, GetAuthorizationTokenCommand } from "@aws-sdk/client-ecr";
import { ECSClient } from "@aws-sdk/client-ecs";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { S3Client } from "@aws-sdk/client-s3";
import { SchedulerClient } from "@aws-sdk/client-scheduler";
import { SNSClient } from "@aws-sdk/client-sns";
import { STSClient } from "@aws-sdk/client-sts";
import { createSimulatedLoadBalancer } from "../ecs/simulated-tasks/simulated-load-balancer.js";
import { createSimulatedRuntime } from "../ecs/simulated-tasks/simulated-runtime.js";
import type { LocalAwsOptions } from "../local-aws-options.js";
import { type LocalAws, startLocalAws } from "../server.js";

/** Creates a directory that is removed after the test. */
export async function temporaryDirectory(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "slipway-aws-"));
  t.after(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** Simulated tasks and targets, without containers. */
export const simulated: Pick<LocalAwsOptions, "runtime" | "loadBalancer"> = {
  runtime: ({ clock }) => createSimulatedRuntime(clock, () => ({})),
  loadBalancer: ({ clock }) => ({
    ...createSimulatedLoadBalancer(clock),
    handle: (request, response) => response.end(`to ${request.headers.host}`),
  }),
};

/** Starts a local AWS in a new directory, both removed after the test. `lines` collects its log. */
export async function localAws(t: TestContext, options: Partial<LocalAwsOptions> = {}) {
  const stateDir = await mkdtemp(join(tmpdir(), "slipway-aws-"));
  const lines: string[] = [];
  const start = () => startLocalAws({ ...simulated, log: (line) => lines.push(line), ...options, stateDir });
  const aws = await start();
  let running = aws;
  t.after(async () => {
    await running.close();
    await rm(stateDir, { recursive: true, force: true });
  });
  /** Closes it and starts another one on the same directory. */
  const restart = async () => {
    await running.close();
    running = await start();
    return { aws: running, ...clientsOf(running) };
  };
  return { aws, stateDir, lines, restart, ...clientsOf(aws) };
}

interface Keys {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

/** Creates the SDK's clients as a user would. */
export function clientsOf(aws: LocalAws, keys?: Keys, region = "us-west-2") {
  const credentials = keys ?? {
    accessKeyId: aws.credentials.AccessKeyId,
    secretAccessKey: aws.credentials.SecretAccessKey,
  };
  const config = { region, endpoint: aws.url, credentials, maxAttempts: 1 };
  return {
    sts: new STSClient(config),
    ecr: new ECRClient(config),
    ecs: new ECSClient(config),
    logs: new CloudWatchLogsClient(config),
    events: new EventBridgeClient(config),
    scheduler: new SchedulerClient(config),
    sns: new SNSClient(config),
    s3: new S3Client(config),
    dynamodb: new DynamoDBClient(config),
  };
}

/** Creates a clock of real time plus `offset` milliseconds, which a test sets. Its timers run in real time. */
export function movableClock() {
  const clock = {
    offset: 0,
    now: () => Date.now() + clock.offset,
    after(ms: number, callback: () => void) {
      const timer = setTimeout(callback, ms);
      return () => clearTimeout(timer);
    },
  };
  return clock;
}

export interface RawResponse {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
  json(): { [key: string]: unknown };
}

/** Sends a raw request, without a client. */
export function send(
  url: string,
  options: { method?: string; headers?: Record<string, string>; body?: string | Uint8Array } = {},
): Promise<RawResponse> {
  const { method = "GET", headers = {}, body } = options;
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(url, { method, headers, agent: false, path: rawPath(url) }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const content = Buffer.concat(chunks);
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: content,
          json: () => JSON.parse(content.toString("utf8")),
        });
      });
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

/** Returns the path as written: a URL object would resolve `..`. */
function rawPath(url: string): string {
  return url.replace(/^http:\/\/[^/]+/, "") || "/";
}

/** Returns the header of a docker login with ECR's token. */
export async function registryLogin(ecr: ECRClient): Promise<Record<string, string>> {
  const { authorizationData } = await ecr.send(new GetAuthorizationTokenCommand({}));
  return { authorization: `Basic ${authorizationData?.[0]?.authorizationToken}` };
}
