import type { Service } from "@aws-sdk/client-ecs";
import { nameIn } from "../../aws/arn.js";
import { readPages } from "../../aws/paging.js";
import { sdk } from "../../aws/sdk.js";
import { abort } from "../../aws/send-options.js";
import type { Session } from "../session.js";
import { type Choice, chooseUnused } from "./choose-unused.js";
import type { PendingSearch } from "./pending-revisions.js";
import { RevisionUses, revisionOf } from "./revision-uses.js";
import { addDeployments, addRollbackTarget } from "./used-by-deployments.js";
import { addService, listClusters, listServices } from "./used-by-services.js";
import { addTasks } from "./used-by-tasks.js";

/** Revisions that one deploy deregisters at most, which takes a minute and a half. */
export const pruneLimit = 100;

/**
 * Looks which revisions of the target's family may go. What is slow and seldom changes is read first and the services last, so that
 * little can happen between their being read and what is done with it.
 *
 * Not seen are those that name a revision elsewhere: EventBridge Pipes, Step Functions, CodePipeline, or code of one's own.
 * @param keep How many of the newest stay.
 * @param addPending Of the revisions that may go, only the first that one deploy would deregister are searched.
 * @throws Error when anything of it can't be read.
 */
export async function findUnused(session: Session, keep: number, addPending: PendingSearch): Promise<Choice> {
  const uses = new RevisionUses(session.target.family);
  const active = await activeRevisions(session);
  const [{ addRules }, { addSchedules }] = await loadOthers();
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

let others: Promise<[typeof import("./used-by-rules.js"), typeof import("./used-by-schedules.js")]> | undefined;
/** Loaded late, because only who asks for it pays for two more clients; and once, so that a virtual clock can have it loaded before. */
export function loadOthers() {
  others ??= Promise.all([import("./used-by-rules.js"), import("./used-by-schedules.js")]);
  return others;
}

/** ARNs of the family's active revisions, by number. */
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
