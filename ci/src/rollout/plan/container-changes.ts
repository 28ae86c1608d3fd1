import type { JsonObject } from "../../aws/raw.js";
import { InputError } from "../../errors.js";
import { objects, versionVariable } from "../ecs/containers.js";
import type { Release } from "../release.js";
import type { Overrides } from "./overrides.js";

/**
 * The container with the release's image and version and with the variables that are asked for.
 * @throws InputError when its VERSION comes from a secret.
 */
export function nextContainer(container: JsonObject, release: Release, overrides: Overrides): JsonObject {
  refuseVersionSecret(container);
  const variables = { ...overrides.environment, [versionVariable]: release.version };
  const environment = withEntries(container.environment, variables, "value", overrides.secrets);
  const secrets = withEntries(container.secrets, overrides.secrets, "valueFrom", overrides.environment);
  return {
    ...container,
    image: release.image,
    environment,
    ...((container.secrets !== undefined || secrets.length > 0) && { secrets }),
  };
}

/**
 * A list of `{ name, … }` with some entries replaced in their place and the others added at the end. A name can't be in both lists of
 * a container: what is taken from the other list leaves this one.
 */
function withEntries(
  list: JsonObject[string] | undefined,
  wanted: Readonly<Record<string, string>>,
  member: "value" | "valueFrom",
  elsewhere: Readonly<Record<string, string>>,
): JsonObject[] {
  const kept = objects(list).filter(({ name }) => !Object.hasOwn(elsewhere, String(name)));
  const names = kept.map(({ name }) => String(name));
  const replaced = kept.map((entry) => {
    const value = Object.hasOwn(wanted, String(entry.name)) ? wanted[String(entry.name)] : undefined;
    return value === undefined ? entry : { ...entry, [member]: value };
  });
  const added = Object.entries(wanted).filter(([name]) => !names.includes(name));
  return [...replaced, ...added.map(([name, value]) => ({ name, [member]: value }))];
}

function refuseVersionSecret(container: JsonObject): void {
  if (!objects(container.secrets).some((secret) => secret.name === versionVariable)) return;
  throw new InputError(
    "version-is-a-secret",
    `Container "${container.name}" takes ${versionVariable} from a secret, and ECS refuses a variable of the same name beside it. Remove ${versionVariable} from its "secrets" and deploy again.`,
  );
}
