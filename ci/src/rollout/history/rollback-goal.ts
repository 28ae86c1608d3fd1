import { InputError } from "../../errors.js";
import type { Running } from "../ecs/containers.js";
import type { Past } from "./entry.js";

/** What a rollback goes back to. */
export interface Goal {
  /** ARN of the revision that is copied. */
  taskDefinition: string;
  /** What it ran, where the revision itself names its image by a tag. */
  digest?: string;
  /** The deployment that has proven it; absent when none is known that did. */
  proof?: Past;
}

/**
 * The last deployment that ended well and runs something else than what runs now. What somebody has gone back from is passed over,
 * though ECS calls it deployed. Pure.
 * @param history Newest first.
 * @throws InputError when there is none.
 */
export function lastProven(history: readonly Past[], running: Running): Goal {
  // A rollback that was cut off goes on to where it was going.
  const latest = history[0];
  const isOnItsWay = latest?.ending === "unfinished" && latest.wentBackFrom !== undefined;
  if (isOnItsWay && latest.taskDefinition === running.taskDefinition) return goalOf(latest);

  const leftBehind = new Set<string | undefined>();
  for (const past of history) {
    if (past.ending !== "deployed") continue;
    if (!leftBehind.has(past.taskDefinition) && !isSame(past, running)) return goalOf(past);
    leftBehind.add(past.wentBackFrom);
  }
  throw new InputError(
    "nothing-proven",
    `Nothing is known to go back to: of the ${history.length} deployments that ECS remembers none ended well with something else than what runs now (${running.version ?? running.image}). Name a version or a revision with --to; see history.`,
  );
}

/** The last deployment that ended well of a version or a revision; undefined when there is none. Pure. */
export function provenAs(history: readonly Past[], isMeant: (past: Past) => boolean): Goal | undefined {
  const past = history.find((one) => one.ending === "deployed" && isMeant(one));
  return past && goalOf(past);
}

function goalOf(past: Past): Goal {
  const { taskDefinition, digest } = past;
  return {
    taskDefinition,
    ...(digest !== undefined && { digest }),
    ...(past.ending === "deployed" && { proof: past }),
  };
}

function isSame(past: Past, running: Running): boolean {
  if (past.taskDefinition === running.taskDefinition) return true;
  return past.version === running.version && past.digest !== undefined && past.digest === running.digest;
}
