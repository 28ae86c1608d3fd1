import type { JsonObject } from "../../aws/raw-task-definition.js";
import type { Target } from "../../config/target.js";
import { objects } from "../../ecs/containers.js";

/** A secret, a parameter or a file that a container reads when its task starts. */
export interface SecretReference {
  /** The container's use of it, such as `DB of app`. */
  taker: string;
  /** The value in the task definition. */
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
 * Returns the references of a task definition's containers to Secrets Manager, Parameter Store and S3. The execution role reads them.
 * @param place Account and region of names that are no ARNs.
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

/** Only a full ARN names a secret: any other value is a parameter's name. */
function placeOfSecret(valueFrom: string, place: Place): SecretPlace {
  if (/^arn:[^:]*:secretsmanager:/.test(valueFrom)) return secretOf(valueFrom);
  // A parameter's name has no colon: the part after one is a version or a label.
  if (!valueFrom.startsWith("arn:")) {
    return { store: "ssm", account: place.account, region: place.region, names: valueFrom.split(":").slice(0, 1) };
  }
  const [, , , region = "", account = "", resource = ""] = valueFrom.split(":");
  return { store: "ssm", region, account, names: spellings(resource.replace(/^parameter\//, "")) };
}

/** The name of a registry's credentials is that of a secret. https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RepositoryCredentials.html */
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

/** An ARN leaves out a name's leading slash, which only a name of several parts must have. */
function spellings(name: string): string[] {
  return name.includes("/") ? [`/${name}`] : [name, `/${name}`];
}
