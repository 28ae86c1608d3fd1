import type { JsonObject } from "../../aws/raw-task-definition.js";
import { InputError } from "../../common/errors.js";
import type { VersionVariable } from "../../config/version.js";
import { objects } from "../../ecs/containers.js";
import type { Release } from "../session.js";
import type { Overrides } from "./overrides.js";

/**
 * Returns the container with the release's image and version and with the overridden variables.
 * @param variable Holds the version; with false no variable does, and the container's variables stay as they are.
 * @throws InputError when that variable comes from a secret, or is given another value.
 */
export function nextContainer(
  container: JsonObject,
  release: Release,
  overrides: Overrides,
  variable: VersionVariable,
): JsonObject {
  if (variable !== false) refuseOtherVersion(container, variable, overrides);
  const variables = { ...overrides.environment, ...(variable !== false && { [variable]: release.version }) };
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
 * Returns a list of `{ name, … }` with some entries replaced in place and the others added at the end. A name can't be in both lists of
 * a container, so an entry that moves to the other list is removed from this one.
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

function refuseOtherVersion(container: JsonObject, variable: string, { environment, secrets }: Overrides): void {
  if (Object.hasOwn(environment, variable) || Object.hasOwn(secrets, variable)) {
    throw new InputError(
      "bad-override",
      `${variable} is the version that is deployed and can't be set to something else. Leave it out, or name another variable in the target: "versionVariable": "APP_VERSION", or false for none.`,
    );
  }
  if (!objects(container.secrets).some((secret) => secret.name === variable)) return;
  throw new InputError(
    "version-is-a-secret",
    `Container "${container.name}" takes ${variable} from a secret, and ECS refuses a variable of the same name beside it. Remove ${variable} from its "secrets", or name another variable in the target: "versionVariable": "APP_VERSION", or false for none.`,
  );
}
