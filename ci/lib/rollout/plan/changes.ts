import type { JsonObject } from "../../aws/raw-task-definition.js";
import type { VersionVariable } from "../../config/version.js";
import { objects } from "../../ecs/containers.js";
import type { Release } from "../session.js";
import type { Overrides } from "./overrides.js";

export interface Change {
  /** Such as `image of app`. */
  what: string;
  /** Absent for what is added. */
  from?: string;
  to: string;
}

/**
 * Returns the changes in readable form. Of all variables only the version's value is shown, because any other may be a secret.
 * @param container Of `taskDefinition`, as it is now.
 * @param variable Carries the version.
 */
export function describeChanges(
  taskDefinition: JsonObject,
  container: JsonObject,
  release: Release,
  { environment, secrets, cpu, memory }: Overrides,
  variable: VersionVariable,
): Change[] {
  const variables = valuesOf(container.environment, "value");
  const references = valuesOf(container.secrets, "valueFrom");
  const compared: (Change | undefined)[] = [
    change(`image of ${container.name}`, container.image, release.image),
    variable === false
      ? undefined
      : change(`${variable} of ${container.name}`, variables.get(variable), release.version),
    ...Object.entries(environment).map(([name, value]) =>
      variables.get(name) === value
        ? undefined
        : change(`variable ${name} of ${container.name}`, was(name), "the value given"),
    ),
    ...Object.entries(secrets).map(([name, arn]) =>
      change(`secret ${name} of ${container.name}`, references.get(name) ?? was(name), arn),
    ),
    cpu === undefined ? undefined : change("cpu of the task", taskDefinition.cpu, String(cpu)),
    memory === undefined ? undefined : change("memory of the task", taskDefinition.memory, String(memory)),
  ];
  return compared.filter((one) => one !== undefined);

  function was(name: string): string | undefined {
    if (variables.has(name)) return "another value";
    return references.has(name) ? "a secret" : undefined;
  }
}

function change(what: string, from: JsonObject[string] | undefined, to: string): Change | undefined {
  if (from === to) return undefined;
  return { what, ...(from !== undefined && { from: String(from) }), to };
}

function valuesOf(list: JsonObject[string] | undefined, member: "value" | "valueFrom"): Map<string, string> {
  return new Map(objects(list).map((entry) => [String(entry.name), String(entry[member])]));
}
