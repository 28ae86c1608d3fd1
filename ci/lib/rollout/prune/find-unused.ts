import type { Service } from "@aws-sdk/client-ecs";
import { readPages } from "../../aws/paging.js";
import { abort, sdk } from "../../aws/sdk.js";
import { nameIn } from "../../common/aws-names.js";
import type { Session } from "../session.js";
import { type Choice, chooseUnused } from "./choose-unused.js";
import type { PendingSearch } from "./pending-revisions.js";
import { RevisionUses, revisionOf } from "./revision-uses.js";
import { addDeployments, addRollbackTarget } from "./used-by-deployments.js";
import { addService, listClusters, listServices } from "./used-by-services.js";
import { addTasks } from "./used-by-tasks.js";

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
/** Loads two more clients on first use, so that other commands don't pay for them; a test with a virtual clock loads them before. */
export function loadOthers() {
  others ??= Promise.all([import("./used-by-rules.js"), import("./used-by-schedules.js")]);
  return others;
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
