import type { Caller, JsonObject, Operation } from "../../../protocol/service.js";
import type { EcsScheduler } from "../../scheduler/ecs-scheduler.js";

/** What an operation has at hand. */
export interface OperationContext {
  scheduler: EcsScheduler;
  /** The digest an image resolves to now, requested once for each deployment; `undefined` when it can't be told. */
  resolveImage: (image: string) => Promise<string | undefined>;
  machine: Machine;
}

/** Default resources of a container instance. */
export interface Machine {
  /** CPU units (1024 = one vCPU). */
  cpu: number;
  /** MiB. */
  memory: number;
  architecture: "x86_64" | "arm64";
}

export type Operations = (api: OperationContext) => Record<string, Operation>;
export type { Caller, JsonObject };

/** Seconds since the epoch, as on the wire, of a time in milliseconds. */
export const seconds = (ms: number) => ms / 1_000;

/** `{ name: seconds }` for each time that is known. */
export function times(known: Record<string, number | undefined>): JsonObject {
  const out: JsonObject = {};
  for (const [name, ms] of Object.entries(known)) if (ms !== undefined) out[name] = seconds(ms);
  return out;
}

/** Those of an object's members that are named and there. */
export function pick(from: JsonObject, names: readonly string[]): JsonObject {
  const out: JsonObject = {};
  for (const name of names) {
    const member = from[name];
    if (member !== undefined && member !== null) out[name] = member;
  }
  return out;
}

export const textIn = (input: JsonObject, name: string): string | undefined => {
  const value = input[name];
  return typeof value === "string" && value !== "" ? value : undefined;
};

export const textsIn = (input: JsonObject, name: string): string[] => {
  const value = input[name];
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === "string") : [];
};

export const numberIn = (input: JsonObject, name: string): number | undefined => {
  const value = input[name];
  return typeof value === "number" ? value : undefined;
};
