import type { Fault } from "./faults.js";
import type { Shape } from "./model.js";
import type { Access } from "./policy.js";
import { AwsError, type Json, type JsonObject } from "./service.js";

/** How an answer fails to arrive whole. */
export type Failure = "silent" | "reset" | "truncated";

/** Whether the call is lost on its way there. */
export function lostBefore(faults: readonly Fault[]): Failure | undefined {
  return faults.find((fault) => isLoss(fault) && !fault.effect)?.kind as Failure | undefined;
}

/** Whether the call is done and its answer lost, or broken, on its way back. */
export function lostAfter(faults: readonly Fault[]): Failure | undefined {
  return faults.find(isLoss)?.kind ?? (faults.some(({ kind }) => kind === "truncated") ? "truncated" : undefined);
}

/** Refuses a call as the service would. */
export function refuse(faults: readonly Fault[], accesses: readonly Access[], arn: string): void {
  const [access = { action: "", resource: "*" }] = accesses;
  for (const { kind } of faults) {
    const error = REFUSALS[kind]?.(access, arn);
    if (error) throw error;
  }
}

export const throttled = () => new AwsError("ThrottlingException", "Rate exceeded", 400);

/** How far the service's clock is off, in milliseconds. */
export const skewOf = (faults: readonly Fault[]) => sum(faults, "skewed");
/** How much later than ready an answer comes, in milliseconds. */
export const delayOf = (faults: readonly Fault[]) => sum(faults, "delayed");
/** How old an answer is, in milliseconds. */
export const ageOf = (faults: readonly Fault[]) => sum(faults, "stale");

/** The answer with the members that the faults give another value. What was answered stays as it is. */
export function changed(output: JsonObject, faults: readonly Fault[]): JsonObject {
  return faults.reduce<JsonObject>(
    (answer, fault) => (fault.kind === "changed" ? (replaced(answer, fault.path, fault.value) as JsonObject) : answer),
    output,
  );
}

/** An answer or a request with all of its times, seconds since the epoch, moved by `ms`. */
export function shifted(value: Json, shape: Shape | undefined, ms: number): Json {
  if (shape === undefined || value === null) return value;
  if (shape.type === "timestamp") return typeof value === "number" ? Math.round(value * 1_000 + ms) / 1_000 : value;
  if (shape.type === "list" && Array.isArray(value)) return value.map((each) => shifted(each, shape.member(), ms));
  if (typeof value !== "object" || Array.isArray(value)) return value;
  const shapeOf = (name: string) =>
    shape.type === "structure" ? shape.members.get(name)?.() : shape.type === "map" ? shape.value() : undefined;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, shifted(each, shapeOf(name), ms)]));
}

type Loss = Extract<Fault, { kind: "silent" | "reset" }>;
const isLoss = (fault: Fault): fault is Loss => fault.kind === "silent" || fault.kind === "reset";

/** In the words of AWS: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/CommonErrors.html and live answers. */
const REFUSALS: Partial<Record<Fault["kind"], (access: Access, arn: string) => AwsError>> = {
  throttled,
  "server-error": () => new AwsError("ServerException", "Service Unavailable. Please try again later.", 500),
  unavailable: () =>
    new AwsError("ServiceUnavailable", "The request has failed due to a temporary failure of the server.", 503),
  expired: () => new AwsError("ExpiredTokenException", "The security token included in the request is expired"),
  denied: ({ action, resource }, arn) =>
    new AwsError(
      "AccessDeniedException",
      `User: ${arn} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`,
    ),
};

function sum(faults: readonly Fault[], kind: "skewed" | "delayed" | "stale"): number {
  return faults.reduce((total, fault) => total + (fault.kind === kind ? fault.by : 0), 0);
}

function replaced(at: Json, [name, ...rest]: string[], value: Json): Json {
  if (name === undefined) return value;
  if (Array.isArray(at)) return name === "*" ? at.map((each) => replaced(each, rest, value)) : at;
  if (typeof at !== "object" || at === null) return at;
  if (rest.length > 0 && at[name] === undefined) return at;
  return { ...at, [name]: replaced(at[name] ?? null, rest, value) };
}
