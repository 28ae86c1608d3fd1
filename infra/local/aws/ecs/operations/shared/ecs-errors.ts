import { AwsError, type Json } from "../../../protocol/service.js";

/** ECS's own refusals, in its codes and words. */
export const invalidParameter = (message: string) => new AwsError("InvalidParameterException", message);
export const clientException = (message: string) => new AwsError("ClientException", message);
export const clusterNotFound = () => new AwsError("ClusterNotFoundException", "Cluster not found.");
export const serviceNotFound = () => new AwsError("ServiceNotFoundException", "Service not found.");
export const serviceNotActive = () => new AwsError("ServiceNotActiveException", "Service was not ACTIVE.");

/** Returns a member's value as ECS writes it in a message: `null` for an absent one. */
export const shownValue = (value: Json | undefined): string => String(value ?? null);
