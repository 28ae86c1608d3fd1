import type { RawTaskDefinition } from "../../aws/raw-task-definition.js";
import { tryRead } from "../../aws/try-read.js";
import { nameIn } from "../../common/aws-names.js";
import { readRepository } from "../../ecs/ecr-images.js";
import { placeOf } from "../../ecs/image-place.js";
import { imageReader, imagesOf, readImages } from "../preflight/ecr-images.js";
import { describeRevision } from "../revisions/own-revisions.js";
import type { Session } from "../session.js";
import type { RollbackTarget } from "./rollback-target.js";

/** A rollback target whose tasks can be started, with its revision. */
export interface StartableTarget {
  goal: RollbackTarget;
  source: RawTaskDefinition;
}

/** Reads which images of a revision's containers can't be pulled from ECR. */
export type MissingImages = (revision: RawTaskDefinition) => Promise<string[]>;

/** An image that can't be read counts as present: nothing shows that it is missing. */
export function missingImages(session: Session): MissingImages {
  let reading: ReturnType<typeof readerOf> | undefined;
  return async ({ taskDefinition }) => {
    reading ??= readerOf(session);
    const images = await readImages(await reading, imagesOf(taskDefinition));
    const missing = images.filter(({ state }) => "value" in state && state.value?.status !== "ACTIVE");
    return [...new Set(missing.map(({ image }) => image))];
  };
}

async function readerOf(session: Session) {
  const repository = await tryRead(readRepository(session, placeOf(session.target)), session.signal);
  return imageReader(session, "value" in repository ? repository.value.uri : "");
}

/** Maximum number of targets that are checked: each costs one call, and one more for each of its images. */
const most = 10;

/**
 * Finds the first target whose images are all in ECR, and reports those that it skips.
 * @param goals The best first.
 * @returns undefined when none of the first ten can be started.
 */
export async function firstStartable(
  session: Session,
  goals: readonly RollbackTarget[],
): Promise<StartableTarget | undefined> {
  const missingOf = missingImages(session);
  for (const goal of goals.slice(0, most)) {
    const source = await existing(session, goal);
    const missing = source && (await missingOf(source));
    if (source && missing?.length === 0) return { goal, source };
    const why = missing ? `${missing.join(" and ")} is not in ECR, or can't be pulled` : "the revision was deleted";
    session.progress(`Skipping ${nameIn(goal.taskDefinition)}: ${why}.`);
  }
  return undefined;
}

/** @returns undefined when the revision was deleted. */
async function existing(session: Session, { taskDefinition }: RollbackTarget): Promise<RawTaskDefinition | undefined> {
  try {
    return await describeRevision(session, taskDefinition);
  } catch (error) {
    if ((error as Error).name === "ClientException") return undefined;
    throw error;
  }
}
