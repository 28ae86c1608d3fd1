import type { Caller, JsonObject, Operation } from "../../../protocol/service.js";
import { texts } from "../../model/task-definition-json.js";
import type { EcsScheduler } from "../../scheduler/ecs-scheduler.js";

/** Dependencies of an operation. */
export interface OperationContext {
  scheduler: EcsScheduler;
  /** Returns the digest that an image resolves to now, or `undefined` when it is unknown. Called once for each deployment. */
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

/** Converts milliseconds to the seconds of API responses. */
export const seconds = (ms: number) => ms / 1_000;

/** Returns `{ name: seconds }` for each known time. */
export function times(known: Record<string, number | undefined>): JsonObject {
  const out: JsonObject = {};
  for (const [name, ms] of Object.entries(known)) if (ms !== undefined) out[name] = seconds(ms);
  return out;
}

/** Returns the named members of an object that are neither absent nor null. */
export function pick(from: JsonObject, names: readonly string[]): JsonObject {
  const out: JsonObject = {};
  for (const name of names) {
    const member = from[name];
    if (member !== undefined && member !== null) out[name] = member;
  }
  return out;
}

/** Returns a member that is a string and not empty. */
export const textIn = (input: JsonObject, name: string): string | undefined => {
  const value = input[name];
  return typeof value === "string" && value !== "" ? value : undefined;
};

/** Returns the strings of a member that is an array. */
export const textsIn = (input: JsonObject, name: string): string[] => texts(input[name]);

/** Returns a member that is a number. */
export const numberIn = (input: JsonObject, name: string): number | undefined => {
  const value = input[name];
  return typeof value === "number" ? value : undefined;
};
