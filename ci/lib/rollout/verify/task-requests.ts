import { type Snapshot, type Subject, type TaskView, taskId } from "../../ecs/snapshot.js";
import { sendOverHttp } from "./http-request.js";
import { checkOnce } from "./one-request.js";
import type { HttpCheck, HttpTarget, VerifyOptions } from "./verify.js";

/** What our running tasks answered at their own addresses, where they could be reached. */
export interface TaskResponses {
  asked: number;
  right: number;
  /** No answer at all: usually this place has no way to the service's subnets. */
  unreachable: number;
  /** Answers that are not the app's own, such as a redirect: they prove nothing. Absent where there are none. */
  unclear?: number;
  /** Of each task that answered something else: its id and what it answered. */
  wrong: { task: string; answered: string }[];
}

/** Tasks that are asked at the most: more tell nothing new, and each can take a whole time-out. */
const most = 20;

/** What each task is asked for. */
export interface TaskCheck {
  port: number;
  version: string;
  /** The target's check; with `false` the expectations are requested in place of the version. */
  check: Pick<HttpTarget, "versionCheck" | "expectations">;
  /** False where no version is known to be answered: an error in place of one proves nothing then. */
  isWanted: boolean;
}

/**
 * Asks our running tasks for their version at their own addresses, all at once. A load balancer hides a task that answers wrongly now
 * and then; asked by itself it can't.
 */
export async function checkTasks(
  { taskDefinition }: Subject,
  { tasks }: Snapshot,
  { port, version, check, isWanted }: TaskCheck,
  signal?: AbortSignal,
  { tryLimit = 2000, ask = sendOverHttp }: Pick<VerifyOptions, "tryLimit" | "ask"> = {},
): Promise<TaskResponses> {
  const ours = tasks
    .filter((task) => task.taskDefinition === taskDefinition && task.lastStatus === "RUNNING" && task.address)
    .slice(0, most);
  const how = { ask, limit: tryLimit, signal };
  const answers = await Promise.all(
    ours.map(async (task) => ({ task, seen: await checkOnce({ ...addressOf(task, port), ...check }, version, how) })),
  );
  const unreachable = answers.filter(({ seen }) => !seen.answered).length;
  const right = answers.filter(({ seen }) => seen.isRight).length;
  const wrong = answers
    .filter(({ seen }) => seen.proves && (isWanted || check.versionCheck === false || seen.version !== undefined))
    .map(({ task, seen }) => ({ task: taskId(task.arn), answered: seen.saw }));
  const unclear = ours.length - right - unreachable - wrong.length;
  return { asked: ours.length, right, unreachable, wrong, ...(unclear > 0 && { unclear }) };
}

function addressOf({ address = "" }: TaskView, port: number) {
  return { baseUrl: `http://${address.includes(":") ? `[${address}]` : address}:${port}`, direct: true };
}

/**
 * Combines the answers of the URL and of the tasks: one task that is wrong by itself makes the whole wrong, and one whose answer proves
 * nothing makes it unproven where a version was wanted of it.
 */
export function combineWithTasks(http: HttpCheck, tasks: TaskResponses | undefined, isWanted: boolean): HttpCheck {
  const { asked = 0, unclear = 0, wrong: [wrong] = [] } = tasks ?? {};
  if (http.state === "wrong") return http;
  // Not proven: before the rollout nobody has asked the tasks from here.
  if (wrong) return { state: "wrong", url: `task ${wrong.task}`, answered: wrong.answered, proven: false };
  if (unclear === 0 || !isWanted || http.state === "unproven") return http;
  const answered = `${unclear} of ${asked} answered without a version`;
  return { state: "unproven", url: "Tasks at their own addresses", answered };
}
