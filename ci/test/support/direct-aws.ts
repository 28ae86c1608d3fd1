import type { Aws } from "../../lib/aws/clients.js";
import { wrapped } from "../../lib/aws/errors.js";
import type { Json, JsonObject } from "../../lib/aws/raw-task-definition.js";
import { Fault, lostResponse, type Script } from "./fake-aws.js";

/** Fake AWS that answers commands in process, without the SDK's serialization and HTTP, for scenes that run hundreds of times. */
export interface DirectAws {
  aws: Aws;
  /** Handlers by operation; read at each call, so a test may replace them. */
  script: Script;
  /** Operations of the calls so far. */
  calls: string[];
}

export function directAws(script: Script): DirectAws {
  const direct = { script, calls: [] as string[] };
  const client = (service: string) => ({
    send: (command: Command) => wrapped(`${service}:${operationOf(command)}`, send(direct, command)),
  });
  const lazy = {
    ecr: () => client("ecr"),
    iam: () => client("iam"),
    elb: () => client("elasticloadbalancing"),
    secretsManager: () => client("secretsmanager"),
    ssm: () => client("ssm"),
  };
  const eager = { ecs: client("ecs"), ecr: client("ecr"), sts: client("sts"), logs: client("logs") };
  const aws = { ...eager, lazy } as unknown as Aws;
  return Object.assign(direct, { aws });
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
async function send(direct: Pick<DirectAws, "script" | "calls">, command: Command): Promise<unknown> {
  const operation = operationOf(command);
  const answer: Handler = async ({ input, request }) => {
    direct.calls.push(operation);
    const sent = request.body === undefined ? input : (JSON.parse(String(request.body)) as JsonObject);
    const answered = direct.script[operation]?.(sent) ?? new Fault("UnknownOperationException", operation);
    if (answered === lostResponse) throw Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });
    if (answered instanceof Fault) throw asTheSdkThrows(answered);
    const body = new TextEncoder().encode(JSON.stringify(answered));
    return { response: { statusCode: 200, headers: {}, body }, output: withDates(structuredClone(answered)) };
  };
  const run = command.middlewareStack.resolve(answer, {});
  return (await run({ input: command.input, request: { headers: {} } })).output;
}

function asTheSdkThrows({ code, message, status }: Fault): Error {
  const about = { name: code, $fault: status >= 500 ? "server" : "client", $metadata: { httpStatusCode: status } };
  return Object.assign(new Error(message), about);
}

/** Converts times, which are seconds on the wire and dates in the SDK's responses. */
function withDates(value: Json, name = ""): unknown {
  if (typeof value === "number" && name.endsWith("At")) return new Date(value * 1000);
  if (Array.isArray(value)) return value.map((item) => withDates(item));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withDates(member, key)]));
}
