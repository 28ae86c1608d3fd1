import type { ServiceRevision } from "@aws-sdk/client-ecs";
import type { Json, JsonObject, RawTaskDefinition } from "../aws/raw-task-definition.js";
import { nameIn } from "../common/aws-names.js";
import { InputError } from "../common/errors.js";
import { present } from "../common/present.js";
import type { Target } from "../config/target.js";
import { variableOf } from "../config/version.js";
import { containersOf, objects } from "../ecs/containers.js";
import { revisionTag } from "../ecs/revision-tags.js";
import type { CurrentService } from "../ecs/service.js";
import { describeRevisions } from "../ecs/service-deployments.js";
import type { DeploymentRecord } from "../rollout/history/deployment-record.js";
import { historyLimit, readHistory } from "../rollout/history/read-history.js";
import { answeredOnly } from "../rollout/plan/plan.js";
import { describeRevision, tagOf } from "../rollout/revisions/own-revisions.js";
import type { Session } from "../rollout/session.js";

/** A setting that differs from the last release. Values of variables are left out: they may be secrets. */
export interface ManualChange {
  /** Such as `containerDefinitions/web/memory`. */
  path: string;
  /** JSON; absent where the setting was not there. */
  from?: string;
  /** JSON; absent where it is no longer there. */
  to?: string;
}

/** Differences between the running service and the last release that Slipway deployed. */
export interface LiveDiff {
  release: DeploymentRecord;
  /** ARN of the revision that runs now. */
  live: string;
  /** Identity that registered it. */
  registeredBy?: string;
  /** Changes of the task definition, without images, the version and tags. */
  taskDefinition: ManualChange[];
  /** Changes of the service's settings, such as its network; the desired count is none. */
  service: ManualChange[];
}

/** Compares the running service with the last release. Changes nothing. */
export async function diffLive(session: Session, { current }: CurrentService): Promise<LiveDiff> {
  const records = await readHistory(session, historyLimit);
  const { release, revision } = await lastRelease(session, records);
  const [then, now] = [release.deployment?.target ?? "", records[0]?.deployment?.target ?? ""];
  const revisions = await describeRevisions(session, [...new Set([then, now])].filter(Boolean));
  const { registeredBy, taskDefinitionArn } = current.taskDefinition;
  return {
    release,
    live: String(taskDefinitionArn),
    ...(registeredBy !== undefined && { registeredBy: String(registeredBy) }),
    taskDefinition: changesBetween(
      comparable(revision.taskDefinition, session.target),
      comparable(current.taskDefinition, session.target),
    ),
    service: changesBetween(settingsOf(revisions.get(then)), settingsOf(revisions.get(now))),
  };
}

/**
 * Finds the newest deployment that Slipway made and that was not rolled back.
 * @throws InputError when there is none.
 */
async function lastRelease(
  session: Session,
  records: readonly DeploymentRecord[],
): Promise<{ release: DeploymentRecord; revision: RawTaskDefinition }> {
  const seen = new Set<string>();
  for (const release of records) {
    const isKept = release.ending === "deployed" || release.ending === "unfinished";
    if (!isKept || release.taskDefinition === "" || seen.has(release.taskDefinition)) continue;
    seen.add(release.taskDefinition);
    const revision = await describeRevision(session, release.taskDefinition).catch(deleted);
    if (revision && tagOf(revision, revisionTag.verb) !== undefined) return { release, revision };
  }
  throw new InputError(
    "no-release",
    `There is no release to compare with: none of the last ${records.length} deployments of ${session.target.service} was made by Slipway and kept. ECS keeps them for 90 days. Deploy a version first, or compare revisions with aws ecs describe-task-definition.`,
  );
}

function deleted(error: Error): undefined {
  if (error.name !== "ClientException") throw error;
}

/** Leaves out what a release changes, and what ECS adds. */
function comparable(taskDefinition: JsonObject, target: Target): JsonObject {
  const released = new Set<Json>(containersOf(target));
  const variable = variableOf(target);
  const containerDefinitions = objects(taskDefinition.containerDefinitions).map((container) => {
    if (!released.has(container.name ?? "")) return container;
    const { image: _, environment, ...rest } = container;
    const kept = objects(environment).filter(({ name }) => name !== variable);
    return { ...rest, ...(kept.length > 0 && { environment: kept }) };
  });
  const kept = Object.entries(taskDefinition).filter(([name]) => !answeredOnly.has(name));
  return { ...Object.fromEntries(kept), containerDefinitions };
}

/** Members of a service revision that are no settings of a user. */
const identity = ["serviceRevisionArn", "serviceArn", "clusterArn", "taskDefinition", "createdAt", "containerImages"];
const derived = ["resolvedConfiguration", "ecsManagedResources"];

function settingsOf(revision: ServiceRevision = {}): JsonObject {
  const kept = Object.entries(revision).filter(([name]) => ![...identity, ...derived].includes(name));
  return JSON.parse(JSON.stringify(Object.fromEntries(kept))) as JsonObject;
}

/** Compares every value by its path. Lists of named objects are compared by name, because ECS does not keep their order. */
function changesBetween(before: JsonObject, after: JsonObject): ManualChange[] {
  const [from, to] = [leavesOf(before), leavesOf(after)];
  return [...new Set([...from.keys(), ...to.keys()])]
    .filter((path) => from.get(path) !== to.get(path))
    .sort()
    .map((path) => ({ path, ...present(hidden(path, { from: from.get(path), to: to.get(path) })) }));
}

function hidden(path: string, { from, to }: { from: string | undefined; to: string | undefined }) {
  if (!/(?:^|\/)environment\/[^/]+\/value$/.test(path)) return { from, to };
  return { from: from && "a value", to: to && (from ? "another value" : "a value") };
}

/** Returns the JSON of each value by its path. */
function leavesOf(value: Json, path = ""): Map<string, string> {
  const below = membersOf(value);
  if (below === undefined) return new Map(isEmpty(value) ? [] : [[path.slice(1), JSON.stringify(value)]]);
  return new Map(below.flatMap(([name, member]) => [...leavesOf(member, `${path}/${name}`)]));
}

function membersOf(value: Json): [string, Json][] | undefined {
  if (value === null || typeof value !== "object") return undefined;
  if (!Array.isArray(value)) return Object.entries(value).filter(([, member]) => member !== undefined);
  const names = value.map((one) => (one !== null && typeof one === "object" && "name" in one ? String(one.name) : ""));
  const isNamed = names.length > 0 && !names.includes("") && new Set(names).size === names.length;
  return isNamed ? value.map((one, index) => [names[index] ?? "", one]) : undefined;
}

/** ECS returns an empty list where none was sent. */
function isEmpty(value: Json): boolean {
  return value === null || (Array.isArray(value) && value.length === 0);
}

/** Returns true when nothing differs. */
export function isUnchanged({ taskDefinition, service }: LiveDiff): boolean {
  return taskDefinition.length + service.length === 0;
}

/** Returns the name of the revision that the release rolled out, such as `api:8`. */
export function releaseName({ release }: LiveDiff): string {
  return nameIn(release.taskDefinition);
}
