import type { JsonObject } from "../../aws/raw-task-definition.js";
import { sdk } from "../../aws/sdk.js";
import { abort } from "../../aws/send-options.js";
import { type Known, knowing } from "../../aws/try-read.js";
import type { Session } from "../session.js";
import type { SecretFacts, SecretState } from "./facts.js";
import { readParameters } from "./read-parameters.js";
import { type ParameterPlace, type SecretPlace, secretReferences } from "./secret-references.js";

/** Whether what the containers take from Secrets Manager and Parameter Store is there. No value is ever read. */
export async function readSecrets(session: Session, taskDefinition: JsonObject): Promise<SecretFacts[]> {
  const references = secretReferences(taskDefinition, session.target);
  const places = references.map(({ place }) => place);
  const [secrets, parameters] = await Promise.all([
    readSecretVersions(session, places.filter(isSecret)),
    readParameters(session, places.filter(isParameter)),
  ]);
  const stateOf = (place: SecretPlace): Known<SecretState> => {
    if (place.store === "s3") return { unknown: "files in S3 are not looked for" };
    if (place.store === "ssm") return parameters(place);
    return secretState(place, secrets.get(keyOf(place)) ?? { unknown: "it was not asked for" }, session.target.account);
  };
  return references.map(({ taker, valueFrom, place }) => ({
    taker,
    valueFrom,
    store: place.store,
    state: stateOf(place),
  }));
}

type SecretsManagerPlace = Extract<SecretPlace, { store: "secretsmanager" }>;
const isParameter = (place: SecretPlace): place is ParameterPlace => place.store === "ssm";
const isSecret = (place: SecretPlace): place is SecretsManagerPlace => place.store === "secretsmanager";
const keyOf = ({ region, id }: SecretsManagerPlace) => `${region} ${id}`;

interface Description {
  isBeingDeleted: boolean;
  /** Stages by version; absent where they were not told. */
  versions?: Record<string, string[]>;
}
type Read = Known<Description | undefined>;

/** Several variables often come from one secret: each is asked for once. */
async function readSecretVersions(session: Session, places: SecretsManagerPlace[]): Promise<Map<string, Read>> {
  const distinct = new Map(places.map((place) => [keyOf(place), place]));
  const read = [...distinct].map(
    async ([key, place]): Promise<[string, Read]> => [key, await knowing(describe(session, place), session.signal)],
  );
  return new Map(await Promise.all(read));
}

/** @returns undefined when there is no such secret. */
async function describe(session: Session, { region, id }: SecretsManagerPlace): Promise<Description | undefined> {
  const { DescribeSecretCommand, ResourceNotFoundException } = sdk.secretsManager;
  const client = await session.aws.lazy.secretsManager(region);
  const command = new DescribeSecretCommand({ SecretId: id });
  try {
    const answer = await client.send(command, abort(session));
    const versions = answer.VersionIdsToStages;
    return { isBeingDeleted: answer.DeletedDate !== undefined, ...(versions && { versions }) };
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}

function secretState(place: SecretsManagerPlace, read: Read, account: string): Known<SecretState> {
  if ("unknown" in read) return read;
  const { value: found } = read;
  if (!found) {
    // Another account's secret may be there and not be shown to us.
    if (place.account !== account) return { unknown: `account ${place.account} does not show it` };
    return { value: "missing" };
  }
  if (found.isBeingDeleted) return { value: "being-deleted" };
  if (!found.versions) return { unknown: "its versions are not told" };
  return { value: hasVersion(found.versions, place) ? "there" : "no-such-version" };
}

/** The version that a task would get: by its id, by its stage, or the current one. */
function hasVersion(versions: Record<string, string[]>, { stage, version }: SecretsManagerPlace): boolean {
  if (version === undefined) return Object.values(versions).some((stages) => stages.includes(stage ?? "AWSCURRENT"));
  const stages = versions[version];
  return stages !== undefined && (stage === undefined || stages.includes(stage));
}
