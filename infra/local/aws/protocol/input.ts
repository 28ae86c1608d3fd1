import { AwsError, type Json, type JsonObject } from "./service.js";

/** Readers of a request's members. The API's model has validated their types. Absent members are undefined. */

export function text(input: JsonObject, name: string): string | undefined {
  return narrow(input[name], (value) => typeof value === "string");
}

export function number(input: JsonObject, name: string): number | undefined {
  return narrow(input[name], (value) => typeof value === "number");
}

export function flag(input: JsonObject, name: string): boolean | undefined {
  return narrow(input[name], (value) => typeof value === "boolean");
}

export function record(input: JsonObject, name: string): JsonObject | undefined {
  return narrow(input[name], (value) => typeof value === "object" && !Array.isArray(value));
}

export function texts(input: JsonObject, name: string): string[] | undefined {
  return narrow(input[name], (value) => Array.isArray(value) && value.every((each) => typeof each === "string"));
}

export function records(input: JsonObject, name: string): JsonObject[] | undefined {
  return narrow(input[name], (value) => Array.isArray(value) && value.every((each) => typeof each === "object"));
}

/** Reads a member that the model requires. */
export function required(input: JsonObject, name: string): string {
  const value = text(input, name);
  if (value === undefined) throw new AwsError("SerializationException", `${name} is missing`);
  return value;
}

function narrow<T extends Json>(value: Json | undefined, fits: (value: Json) => boolean): T | undefined {
  if (value === undefined || value === null) return undefined;
  if (!fits(value)) throw new AwsError("SerializationException", "Unexpected field type");
  return value as T;
}
