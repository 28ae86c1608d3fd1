import type { Fault } from "./faults.js";
import type { Shape } from "./model.js";
import type { Access } from "./policy.js";
import { AwsError, type Json, type JsonObject } from "./service.js";

/** Failure of a response to arrive complete. */
export type Failure = "silent" | "reset" | "truncated";

/** Returns the failure of a call that is lost before it reaches the service. */
export function lostBefore(faults: readonly Fault[]): Failure | undefined {
  return faults.find((fault) => isLoss(fault) && !fault.effect)?.kind as Failure | undefined;
}

/** Returns the failure of a response that is lost or cut off after the operation ran. */
export function lostAfter(faults: readonly Fault[]): Failure | undefined {
  return faults.find(isLoss)?.kind ?? (faults.some(({ kind }) => kind === "truncated") ? "truncated" : undefined);
}

/** Throws the service's error for the faults of a call. */
export function refuse(faults: readonly Fault[], accesses: readonly Access[], arn: string): void {
  const [access = { action: "", resource: "*" }] = accesses;
  for (const { kind } of faults) {
    const error = REFUSALS[kind]?.(access, arn);
    if (error) throw error;
  }
}

export const throttled = () => new AwsError("ThrottlingException", "Rate exceeded", 400);

/** Returns the skew of the service's clock, in milliseconds. */
export const skewOf = (faults: readonly Fault[]) => sum(faults, "skewed");
/** Returns the delay of a response, in milliseconds. */
export const delayOf = (faults: readonly Fault[]) => sum(faults, "delayed");
/** Returns the age of a response, in milliseconds. */
export const ageOf = (faults: readonly Fault[]) => sum(faults, "stale");

/** Returns a copy of the response with the members that faults change. */
export function changed(output: JsonObject, faults: readonly Fault[]): JsonObject {
  return faults.reduce<JsonObject>(
    (answer, fault) => (fault.kind === "changed" ? (replaced(answer, fault.path, fault.value) as JsonObject) : answer),
    output,
  );
}

/** Returns a copy of a request or response with all times (seconds since the epoch) shifted by `ms`. */
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

/** Errors of AWS: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/CommonErrors.html and live answers. */
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
