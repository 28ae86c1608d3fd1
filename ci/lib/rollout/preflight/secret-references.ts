import type { JsonObject } from "../../aws/raw-task-definition.js";
import type { Target } from "../../config/target.js";
import { objects } from "../../ecs/containers.js";

/** A secret, a parameter or a file that a container takes something from when its task starts. */
export interface SecretReference {
  /** Such as `DB of app`. */
  taker: string;
  /** As the task definition has it. */
  valueFrom: string;
  place: SecretPlace;
}

export type SecretPlace =
  | { store: "secretsmanager"; region: string; account: string; id: string; stage?: string; version?: string }
  | { store: "ssm"; region: string; account: string; names: string[] }
  | { store: "s3" };
export type ParameterPlace = Extract<SecretPlace, { store: "ssm" }>;

type Place = Pick<Target, "account" | "region">;

/**
 * What the containers of a task definition take from Secrets Manager, Parameter Store and S3. The execution role reads it.
 * @param place Where names that are no ARNs are meant.
 */
export function secretReferences(taskDefinition: JsonObject, place: Place): SecretReference[] {
  return objects(taskDefinition.containerDefinitions).flatMap((container) => {
    const { secretOptions } = (container.logConfiguration ?? {}) as JsonObject;
    const { credentialsParameter } = (container.repositoryCredentials ?? {}) as JsonObject;
    const variables = objects(container.secrets).map(({ name, valueFrom }) => [name, valueFrom]);
    const options = objects(secretOptions).map(({ name, valueFrom }) => [`log option ${name}`, valueFrom]);
    const files = objects(container.environmentFiles).map(({ value }) => ["an environment file", value]);
    const toReference = (placeOf: (valueFrom: string, place: Place) => SecretPlace) => (one: unknown[]) => {
      const valueFrom = String(one[1]);
      return { taker: `${one[0]} of ${container.name}`, valueFrom, place: placeOf(valueFrom, place) };
    };
    return [
      ...[...variables, ...options].map(toReference(placeOfSecret)),
      ...(credentialsParameter === undefined ? [] : [["the registry's login", credentialsParameter]]).map(
        toReference(placeOfLogin),
      ),
      ...files.map(toReference(() => ({ store: "s3" }))),
    ];
  });
}

/** Only a secret's full ARN names a secret: what is no ARN is a parameter's name. */
function placeOfSecret(valueFrom: string, place: Place): SecretPlace {
  if (/^arn:[^:]*:secretsmanager:/.test(valueFrom)) return secretOf(valueFrom);
  // No parameter's name has a colon: what follows one is a version or a label.
  if (!valueFrom.startsWith("arn:")) {
    return { store: "ssm", account: place.account, region: place.region, names: valueFrom.split(":").slice(0, 1) };
  }
  const [, , , region = "", account = "", resource = ""] = valueFrom.split(":");
  return { store: "ssm", region, account, names: spellings(resource.replace(/^parameter\//, "")) };
}

/** A login's name is a secret's. https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RepositoryCredentials.html */
function placeOfLogin(valueFrom: string, { account, region }: Place): SecretPlace {
  return valueFrom.startsWith("arn:")
    ? secretOf(valueFrom)
    : { store: "secretsmanager", region, account, id: valueFrom };
}

/** `arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME[:JSON-KEY:VERSION-STAGE:VERSION-ID]`, where each addition may be empty. */
function secretOf(arn: string): SecretPlace {
  const [, , , region = "", account = "", , , , stage, version] = arn.split(":");
  return {
    store: "secretsmanager",
    region,
    account,
    id: arn.split(":").slice(0, 7).join(":"),
    ...(stage && { stage }),
    ...(version && { version }),
  };
}

/** An ARN leaves out the slash that a name may begin with, and a name with more than one part must. */
function spellings(name: string): string[] {
  return name.includes("/") ? [`/${name}`] : [name, `/${name}`];
}
