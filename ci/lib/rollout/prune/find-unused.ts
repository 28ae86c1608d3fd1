import type { Service } from "@aws-sdk/client-ecs";
import { readPages } from "../../aws/paging.js";
import { abort, sdk } from "../../aws/sdk.js";
import { nameIn } from "../../common/aws-names.js";
import type { Session } from "../session.js";
import type { PendingSearch } from "./pending-revisions.js";
import { RevisionUses, revisionOf } from "./revision-uses.js";
import {
  addDeployments,
  addRollbackTarget,
  addRules,
  addSchedules,
  addService,
  addTasks,
  listClusters,
  listServices,
} from "./used-by.js";

/** Maximum number of revisions that one deploy deregisters, which takes 90 seconds. */
export const pruneLimit = 100;

/**
 * Finds the unused revisions of the target's family. Slow reads of facts that seldom change come first and the services last, so that
 * little can change between their read and the deregistration.
 *
 * References in EventBridge Pipes, Step Functions, CodePipeline or the user's own code are not found.
 * @param keep Number of the newest revisions that stay.
 * @param addPending Searches only the first unused revisions, as many as one deploy deregisters.
 * @throws Error when a read fails.
 */
export async function findUnused(session: Session, keep: number, addPending: PendingSearch): Promise<Choice> {
  const uses = new RevisionUses(session.target.family);
  const active = await activeRevisions(session);
  await addRules(session, uses);
  await addSchedules(session, uses);
  const clusters = await listClusters(session);
  await addTasks(session, uses, clusters);
  await addRollbackTarget(session, uses);
  const services = await listServices(session, clusters);
  for (const service of services.filter((one) => addService(uses, one))) await addDeployments(session, uses, service);
  const serving = servingOf(session, services);
  const { free } = chooseUnused([...active.keys()], keep, serving, uses);
  await addPending(uses, new Map(free.slice(0, pruneLimit).map((one) => [one, active.get(one) ?? ""])));
  return chooseUnused([...active.keys()], keep, serving, uses);
}

/** Reads the ARNs of the family's active revisions, by number. */
async function activeRevisions(session: Session): Promise<Map<number, string>> {
  const { family } = session.target;
  const arns = await readPages(async (nextToken) => {
    const command = new sdk.ecs.ListTaskDefinitionsCommand({
      familyPrefix: family,
      status: "ACTIVE",
      sort: "DESC",
      ...(nextToken && { nextToken }),
    });
    const page = await session.aws.ecs.send(command, abort(session));
    return { items: page.taskDefinitionArns, nextToken: page.nextToken };
  });
  return new Map(arns.flatMap((arn) => entryOf(revisionOf(arn, family), arn)));
}

function entryOf(revision: number | undefined, arn: string): [number, string][] {
  return revision === undefined ? [] : [[revision, arn]];
}

function servingOf({ target }: Session, services: readonly Service[]): number {
  const service = services.find(
    ({ clusterArn, serviceName }) => serviceName === target.service && nameIn(clusterArn ?? "") === target.cluster,
  );
  const serving = revisionOf(service?.taskDefinition ?? "", target.family);
  if (serving !== undefined) return serving;
  throw new Error(`ECS lists no service ${target.service} in ${target.cluster} that runs ${target.family}.`);
}

/** The active revisions of a family that may be deregistered, and the old ones that are in use. */
export interface Choice {
  /** Numbers, the oldest first. */
  free: number[];
  inUse: { revision: number; by: string }[];
}

/**
 * Chooses the revisions to deregister. The newest ones and the used ones stay, and so do those that are newer than the serving revision:
 * another deploy may have registered one and not begun its rollout yet. Pure.
 * @param active Numbers of the family's active revisions.
 * @param keep Number of the newest revisions that stay: at least one.
 * @param serving The number of the revision that the service is set to.
 */
function chooseUnused(active: readonly number[], keep: number, serving: number, uses: RevisionUses): Choice {
  const old = [...active]
    .sort((a, b) => b - a)
    .slice(keep)
    .filter((revision) => revision < serving)
    .reverse();
  return {
    free: old.filter((revision) => uses.by(revision) === undefined),
    inUse: old.flatMap((revision) => {
      const by = uses.by(revision);
      return by === undefined ? [] : [{ revision, by }];
    }),
  };
}
