import type { Json } from "../../../wire/service.js";
import { invalid } from "./ecs-errors.js";

/** Refuses a value that the API does not have, and names those that it has. */
export function oneOf(name: string, value: Json | undefined, accepted: Record<string, string>): void {
  if (value === undefined || Object.values(accepted).includes(String(value))) return;
  throw invalid(`${name} '${value}': ${Object.values(accepted).join(", ")} are accepted.`);
}
