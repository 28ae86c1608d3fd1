import type { Json } from "../../../protocol/service.js";
import { invalidParameter } from "./ecs-errors.js";

/** Refuses a value that the API does not have, and names those that it has. */
export function checkEnum(name: string, value: Json | undefined, accepted: Record<string, string>): void {
  if (value === undefined || Object.values(accepted).includes(String(value))) return;
  throw invalidParameter(`${name} '${value}': ${Object.values(accepted).join(", ")} are accepted.`);
}
