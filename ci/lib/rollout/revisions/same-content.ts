import type { Json, JsonObject } from "../../aws/raw-task-definition.js";
import { answeredOnly } from "../plan/plan.js";

/**
 * Returns true when a revision has exactly the content of this registration. The order of members, variables and other named entries
 * does not matter, and an empty list equals an absent one.
 */
export function matchesRegistration(taskDefinition: JsonObject, { tags: _, ...registration }: JsonObject): boolean {
  const sent = Object.entries(taskDefinition).filter(([name]) => !answeredOnly.has(name));
  return canonical(Object.fromEntries(sent)) === canonical(registration);
}

function canonical(value: Json): string {
  return JSON.stringify(ordered(value));
}

function ordered(value: Json): Json {
  if (Array.isArray(value)) {
    const items = value.map(ordered);
    return items.every(isNamed) ? items.sort((a, b) => (a.name < b.name ? -1 : 1)) : items;
  }
  if (value === null || typeof value !== "object") return value;
  const members = Object.entries(value).filter(([, member]) => !(Array.isArray(member) && member.length === 0));
  return Object.fromEntries(
    members.map(([name, member]) => [name, ordered(member)] as const).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

function isNamed(value: Json): value is JsonObject & { name: string } {
  return value !== null && typeof value === "object" && !Array.isArray(value) && typeof value.name === "string";
}
