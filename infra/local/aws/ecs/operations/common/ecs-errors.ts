import { AwsError, type Json } from "../../../protocol/service.js";

/** Errors of ECS, with its codes and messages. */
export const invalidParameter = (message: string) => new AwsError("InvalidParameterException", message);
export const clientException = (message: string) => new AwsError("ClientException", message);
export const clusterNotFound = () => new AwsError("ClusterNotFoundException", "Cluster not found.");
export const serviceNotFound = () => new AwsError("ServiceNotFoundException", "Service not found.");
export const serviceNotActive = () => new AwsError("ServiceNotActiveException", "Service was not ACTIVE.");

/** Returns a member's value as ECS writes it in a message: `null` for an absent one. */
export const shownValue = (value: Json | undefined): string => String(value ?? null);

/** Rejects a value that is not one of the API's, with those that are accepted. */
export function checkEnum(name: string, value: Json | undefined, accepted: Record<string, string>): void {
  if (value === undefined || Object.values(accepted).includes(String(value))) return;
  throw invalidParameter(`${name} '${value}': ${Object.values(accepted).join(", ")} are accepted.`);
}

/** Rejects a value that is not a whole number of the range. */
export function checkInteger(name: string, value: Json | undefined, min: number, max: number): void {
  if (value === undefined) return;
  if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) return;
  throw invalidParameter(`${name} ${value}: whole numbers from ${min} to ${max} are accepted.`);
}
