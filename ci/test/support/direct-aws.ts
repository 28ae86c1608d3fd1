import type { Aws } from "../../lib/aws/clients.js";
import { wrapped } from "../../lib/aws/errors.js";
import type { Json, JsonObject } from "../../lib/aws/raw-task-definition.js";
import { type FakeAws, Fault, lostResponse, type Script } from "./fake-aws.js";

/**
 * Fake AWS that answers commands in process, without the SDK's serialization, retries and HTTP: a rollout takes a tenth of the processor
 * time. `fakeAws` is for tests of what the SDK does.
 */
export type DirectAws = Pick<FakeAws, "calls" | "script" | "sent"> & { aws: Aws };

/** Maker of a scene's fake AWS. */
export type CreateAws = (script: Script) => DirectAws | Promise<DirectAws>;

export function directAws(script: Script): DirectAws {
  const calls: FakeAws["calls"] = [];
  const direct = { script, calls };
  const client = (service: string) => ({
    send: (command: Command, { abortSignal }: { abortSignal?: AbortSignal } = {}) =>
      wrapped(`${service}:${operationOf(command)}`, send(direct, command, abortSignal)),
  });
  const lazy = {
    ecr: () => client("ecr"),
    iam: () => client("iam"),
    elb: () => client("elasticloadbalancing"),
    secretsManager: () => client("secretsmanager"),
    ssm: () => client("ssm"),
    autoscaling: () => client("application-autoscaling"),
    cloudWatch: () => client("cloudwatch"),
    lambda: () => client("lambda"),
    events: () => client("events"),
    scheduler: () => client("scheduler"),
    sns: () => client("sns"),
    s3: () => client("s3"),
    dynamodb: () => client("dynamodb"),
  };
  const eager = { ecs: client("ecs"), ecr: client("ecr"), sts: client("sts"), logs: client("logs") };
  const aws = { ...eager, lazy } as unknown as Aws;
  const sent = (operation: string) => calls.filter((call) => call.operation === operation).map((call) => call.input);
  return Object.assign(direct, { aws, sent });
}

interface Command {
  input: JsonObject;
  middlewareStack: { resolve(handler: Handler, context: object): Handler };
}
interface Message {
  statusCode?: number;
  headers: object;
  body?: unknown;
}
type Handler = (args: { input: JsonObject; request: Message }) => Promise<{ response: Message; output: unknown }>;

function operationOf(command: Command): string {
  return command.constructor.name.replace(/Command$/, "");
}

/** Sends a command through its own middleware, which reads and sends raw task definitions. */
async function send(
  direct: Pick<DirectAws, "script" | "calls">,
  command: Command,
  signal: AbortSignal | undefined,
): Promise<unknown> {
  const operation = operationOf(command);
  const answer: Handler = async ({ input: given, request }) => {
    signal?.throwIfAborted();
    const input = JSON.parse(String(request.body ?? JSON.stringify(given))) as JsonObject;
    direct.calls.push({ operation, input });
    const answered = direct.script[operation]?.(input) ?? new Fault("UnknownOperationException", operation);
    if (answered === lostResponse) throw Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });
    if (answered instanceof Fault) throw asTheSdkThrows(answered);
    signal?.throwIfAborted();
    const body = new TextEncoder().encode(JSON.stringify(answered));
    return { response: { statusCode: 200, headers: {}, body }, output: withDates(structuredClone(answered)) };
  };
  const run = command.middlewareStack.resolve(answer, {});
  return (await run({ input: command.input, request: { headers: {} } })).output;
}

function asTheSdkThrows({ code, message, status, fields }: Fault): Error {
  const about = {
    name: code,
    $fault: status >= 500 ? "server" : "client",
    $metadata: { httpStatusCode: status },
    ...fields,
  };
  return Object.assign(new Error(message), about);
}

/** Converts times, which are seconds on the wire and dates in the SDK's responses. */
function withDates(value: Json, name = ""): unknown {
  if (typeof value === "number" && name.endsWith("At")) return new Date(value * 1000);
  if (Array.isArray(value)) return value.map((item) => withDates(item));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withDates(member, key)]));
}
