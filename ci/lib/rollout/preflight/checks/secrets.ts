import type { JsonObject } from "../../../aws/raw-task-definition.js";
import { abort, sdk } from "../../../aws/sdk.js";
import { tryRead } from "../../../aws/try-read.js";
import { fixOf, type Readable } from "../../../common/readable.js";
import type { Session } from "../../session.js";
import { notChecked, notRead, type Finding as TopicFinding } from "../finding.js";
import { readParameters, type SecretState } from "../read-parameters.js";
import { type ParameterPlace, type SecretPlace, secretReferences } from "../secret-references.js";
import type { SharedReads } from "../shared-reads.js";

const ids = ["secrets"] as const;
type Finding = TopicFinding<(typeof ids)[number]>;

export interface SecretFacts {
  /** The container's use of it, such as `DB of app`. */
  taker: string;
  /** The value in the task definition. */
  valueFrom: string;
  store: SecretPlace["store"];
  state: Readable<SecretState>;
}

export interface SecretsFacts {
  secrets: SecretFacts[];
}

/** Reads whether the containers' secrets and parameters exist. Values are never read. */
export async function readSecrets(session: Session, taskDefinition: JsonObject): Promise<SecretFacts[]> {
  const references = secretReferences(taskDefinition, session.target);
  const places = references.map(({ place }) => place);
  const [secrets, parameters] = await Promise.all([
    readSecretVersions(session, places.filter(isSecret)),
    readParameters(session, places.filter(isParameter)),
  ]);
  const stateOf = (place: SecretPlace): Readable<SecretState> => {
    if (place.store === "s3") return { unknown: "files in S3 are not checked" };
    if (place.store === "ssm") return parameters(place);
    return secretState(place, secrets.get(keyOf(place)) ?? { unknown: "it was not read" }, session.target.account);
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
  /** Stages by version; absent where the answer has none. */
  versions?: Record<string, string[]>;
}
type Read = Readable<Description | undefined>;

/** Reads each secret once, because several variables often come from one. */
async function readSecretVersions(session: Session, places: SecretsManagerPlace[]): Promise<Map<string, Read>> {
  const distinct = new Map(places.map((place) => [keyOf(place), place]));
  const read = [...distinct].map(
    async ([key, place]): Promise<[string, Read]> => [key, await tryRead(describe(session, place), session.signal)],
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

function secretState(place: SecretsManagerPlace, read: Read, account: string): Readable<SecretState> {
  if ("unknown" in read) return read;
  const { value: found } = read;
  if (!found) {
    // Another account's secret may exist and not be shared with this account.
    if (place.account !== account) return { unknown: `account ${place.account} does not show it` };
    return { value: "missing" };
  }
  if (found.isBeingDeleted) return { value: "being-deleted" };
  if (!found.versions) return { unknown: "its versions are not in the answer" };
  return { value: hasVersion(found.versions, place) ? "there" : "no-such-version" };
}

/** Returns whether the version exists that a task would get: by its id, by its stage, or the current one. */
function hasVersion(versions: Record<string, string[]>, { stage, version }: SecretsManagerPlace): boolean {
  if (version === undefined) return Object.values(versions).some((stages) => stages.includes(stage ?? "AWSCURRENT"));
  const stages = versions[version];
  return stages !== undefined && (stage === undefined || stages.includes(stage));
}

/** Checks that the containers' secrets and parameters exist: a task that misses one does not start. */
export function secrets({ secrets }: SecretsFacts): Finding[] {
  return [
    ...secrets.flatMap(judgeSecret),
    ...notChecked(
      secrets.map(({ taker, valueFrom, state }) => ({ what: `${taker} (${valueFrom})`, known: state })),
      (reason, takers) =>
        notRead(
          "secrets",
          `Whether the secrets of these exist could not be read: ${takers.join(", ")}: ${reason}.`,
          fixOf(
            reason,
            "Allow secretsmanager:DescribeSecret on secrets and ssm:DescribeParameters for parameters, or check them yourself.",
          ),
        ),
    ),
  ];
}

function judgeSecret({ taker, valueFrom, store, state }: SecretFacts): Finding[] {
  if ("unknown" in state || state.value === "there") return [];
  const thing = store === "ssm" ? "parameter" : "secret";
  const { what, fix } = explain(state.value, thing);
  return [{ id: "secrets", level: "error", what: `${taker} takes ${valueFrom}, ${what}: no task could start.`, fix }];
}

function explain(state: Exclude<SecretState, "there">, thing: string): { what: string; fix: string } {
  const correct =
    "correct its ARN in the task definition (for a variable of the target's container: --secret NAME=ARN)";
  switch (state) {
    case "missing":
      return { what: `and there is no such ${thing}`, fix: `Create the ${thing}, or ${correct}.` };
    case "being-deleted":
      return {
        what: "which is to be deleted",
        fix: `Restore it: aws secretsmanager restore-secret, or ${correct}.`,
      };
    case "no-such-version":
      return {
        what: "and the secret has no such version",
        fix: `Give it a value: aws secretsmanager put-secret-value, or ${correct}.`,
      };
  }
}

export const secretsTopic = {
  ids,
  read: async ({ session, next }: SharedReads): Promise<SecretsFacts> => ({
    secrets: await readSecrets(session, next),
  }),
  judge: secrets,
};
