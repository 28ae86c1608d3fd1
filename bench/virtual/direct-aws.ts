/**
 * The deployer's port to AWS, in process and without the SDK's serialization, signing and HTTP: for large numbers of runs. It copies the
 * parts of the SDK that the deployer can notice: dates, members left out, classes of errors, retries.
 */
import type { Aws } from "../../ci/lib/aws/clients.js";
import { wrapped } from "../../ci/lib/aws/errors.js";
import { AwsError, aborted, type JsonObject } from "../../infra/local/aws/index.js";
import type { DeployerProcess } from "./deployer-process.js";
import { baseException, packages, type ServiceName } from "./sdk-packages.js";
import { type Reader, readerOf, type Schema } from "./sdk-schema.js";
import type { VirtualAws } from "./virtual-aws.js";

/** Maximum number of attempts of a call, as in createAws. */
const MAX_ATTEMPTS = 5;

export function directAws(aws: Pick<VirtualAws, "call">, process: DeployerProcess, random: () => number): Aws {
  const client = (service: ServiceName, vendor: string = service) => ({
    send: async (command: Command, options: { abortSignal?: AbortSignal } = {}) => {
      const kind = kindOf(service, command);
      const sent = send({ aws, process, random }, service, kind, command, options.abortSignal);
      return await wrapped(`${vendor}:${kind.operation}`, sent);
    },
  });
  const lazy = {
    ecr: async () => client("ecr"),
    elb: async () => client("elasticloadbalancing"),
    iam: async () => client("iam"),
    secretsManager: async () => client("secretsmanager"),
    ssm: async () => client("ssm"),
    autoscaling: async () => client("application-autoscaling"),
    cloudWatch: async () => client("monitoring", "cloudwatch"),
    lambda: async () => client("lambda"),
    events: async () => client("events"),
    scheduler: async () => client("scheduler"),
  };
  const eager = { ecs: client("ecs"), ecr: client("ecr"), sts: client("sts"), logs: client("logs") };
  return { ...eager, lazy } as unknown as Aws;
}

interface Command {
  input: JsonObject;
  middlewareStack: {
    identify(): string[];
    resolve(handler: Handler, context: object): Handler;
  };
}
type Handler = (args: { input: JsonObject; request: Message }) => Promise<{ response: Message; output: unknown }>;
interface Message {
  statusCode?: number;
  headers: Record<string, string>;
  body?: unknown;
}
interface Means {
  aws: Pick<VirtualAws, "call">;
  process: DeployerProcess;
  random: () => number;
}

async function send(
  means: Means,
  service: ServiceName,
  { operation, read }: Kind,
  command: Command,
  signal?: AbortSignal,
): Promise<unknown> {
  const own = command.middlewareStack.identify();
  const attempts = own.some((entry) => entry.startsWith("retryMiddleware")) ? 1 : MAX_ATTEMPTS;
  for (let attempt = 1; ; attempt++) {
    if (signal?.aborted) throw aborted();
    try {
      if (own.length > 0) return await throughStack(means, service, operation, read, command);
      return read(await answer(means, service, operation, withSeconds(command.input)));
    } catch (error) {
      if (attempt >= attempts || !isPassing(error as Failure)) throw error;
      await means.process.sleep(delay(error as Failure, attempt, means.random));
    }
  }
}

/** Converts the times among an input's members as the SDK does: to seconds since the epoch. */
function withSeconds(input: JsonObject): JsonObject {
  const times = Object.entries(input as Record<string, unknown>).filter(([, value]) => value instanceof Date);
  if (times.length === 0) return input;
  return { ...input, ...Object.fromEntries(times.map(([name, time]) => [name, Number(time) / 1_000])) };
}

/** Runs a command that has its own middleware: this sees the body of the request and of the response, as in the SDK. */
async function throughStack(means: Means, service: ServiceName, operation: string, read: Reader, command: Command) {
  const handler: Handler = async ({ input, request }) => {
    const sent = request.body === undefined ? input : (JSON.parse(String(request.body)) as JsonObject);
    const answered = await answer(means, service, operation, sent);
    const body = new TextEncoder().encode(JSON.stringify(answered));
    return {
      response: { statusCode: 200, headers: {}, body },
      output: read(answered),
    };
  };
  const through = command.middlewareStack.resolve(handler, {});
  return (await through({ input: command.input, request: { headers: {} } })).output;
}

async function answer({ aws, process }: Means, service: ServiceName, operation: string, input: JsonObject) {
  try {
    return await process.pass(operation, () => aws.call(service, operation, input));
  } catch (error) {
    throw error instanceof AwsError ? asTheSdkThrows(service, error) : error;
  }
}

/** Returns the operation of a command's class, and the reader of its response. */
function kindOf(service: ServiceName, command: Command): Kind {
  const type = command.constructor;
  const known = kinds.get(type);
  if (known) return known;
  const operation = type.name.replace(/Command$/, "");
  const exports: Record<string, unknown> = packages[service];
  const schema = exports[`${operation}$`] as readonly Schema[] | undefined;
  if (!schema) throw new Error(`The SDK has no ${service}:${operation}.`);
  const kind = { operation, read: readerOf(schema[5] ?? 0) };
  kinds.set(type, kind);
  return kind;
}
const kinds = new WeakMap<object, Kind>();

interface Kind {
  operation: string;
  read: Reader;
}

interface Failure extends Error {
  code?: string;
  $metadata?: { httpStatusCode?: number };
}

function asTheSdkThrows(service: ServiceName, { code, message, status, fields }: AwsError): Error {
  const about = { message, $metadata: { httpStatusCode: status }, ...fields };
  const exports: Record<string, unknown> = packages[service];
  const known = exports[code] as (new (about: object) => Error) | undefined;
  if (known) return new known(about);
  const base = bases.get(service) ?? baseException(service);
  bases.set(service, base);
  return new base({ name: code, $fault: status >= 500 ? "server" : "client", ...about });
}

const bases = new Map<ServiceName, ReturnType<typeof baseException>>();

/** The SDK's standard mode: https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html */
function isPassing({ name, code, $metadata }: Failure): boolean {
  const status = $metadata?.httpStatusCode ?? 0;
  return (
    isThrottling(name) || [500, 502, 503, 504].includes(status) || name === "TimeoutError" || code === "ECONNRESET"
  );
}

function isThrottling(name: string): boolean {
  return ["ThrottlingException", "Throttling", "TooManyRequestsException", "RequestLimitExceeded"].includes(name);
}

function delay({ name }: Failure, attempt: number, random: () => number): number {
  const base = isThrottling(name) ? 500 : 100;
  return Math.floor(Math.min(20_000, random() * 2 ** (attempt - 1) * base));
}
