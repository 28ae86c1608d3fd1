import { nameIn } from "../../common/aws-names.js";
import type { Snapshot, Subject, TaskView } from "../../ecs/snapshot.js";
import { sendOverHttp } from "./http-request.js";
import { type HttpTarget, taskAddress } from "./http-target.js";
import { checkOnce } from "./one-request.js";
import type { HttpCheck, VerifyOptions } from "./verify.js";

/** Responses of our running tasks at their own addresses. */
export interface TaskResponses {
  requests: number;
  right: number;
  /** Tasks without any response: usually the service's subnets are not reachable from here. */
  unreachable: number;
  /** Responses that are not the app's own, such as a redirect: they prove nothing. Absent when there are none. */
  unclear?: number;
  /** Id and response of each task with a wrong response. */
  wrong: { task: string; answered: string }[];
}

/** Maximum number of tasks to check: more add no information, and each can take a whole timeout. */
const maxTasks = 20;

/** The check of each task. */
export interface TaskCheck {
  port: number;
  version: string;
  /** The target's check; with `false` the expectations are requested in place of the version. */
  check: Pick<HttpTarget, "versionCheck" | "expectations">;
  /** False when the app is not known to return a version: an error in place of one proves nothing then. */
  isWanted: boolean;
}

/**
 * Requests the version of our running tasks at their own addresses, all at once. Behind a load balancer, a single task with wrong responses
 * can stay unnoticed; a direct request finds it.
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
    .slice(0, maxTasks);
  const how = { ask, limit: tryLimit, signal };
  const answers = await Promise.all(
    ours.map(async (task) => ({ task, seen: await checkOnce({ ...addressOf(task, port), ...check }, version, how) })),
  );
  const unreachable = answers.filter(({ seen }) => !seen.answered).length;
  const right = answers.filter(({ seen }) => seen.isRight).length;
  const wrong = answers
    .filter(({ seen }) => seen.proves && (isWanted || check.versionCheck === false || seen.version !== undefined))
    .map(({ task, seen }) => ({ task: nameIn(task.arn), answered: seen.saw }));
  const unclear = ours.length - right - unreachable - wrong.length;
  return { requests: ours.length, right, unreachable, wrong, ...(unclear > 0 && { unclear }) };
}

function addressOf({ address = "" }: TaskView, port: number) {
  return { baseUrl: `http://${address.includes(":") ? `[${address}]` : address}:${port}`, direct: true };
}

/**
 * Combines the responses of the URL and of the tasks: one wrong task makes the result wrong, and one whose response proves nothing makes it
 * unproven when a version is required.
 */
export function combineWithTasks(http: HttpCheck, tasks: TaskResponses | undefined, isWanted: boolean): HttpCheck {
  const { requests = 0, unclear = 0, wrong: [wrong] = [] } = tasks ?? {};
  if (http.state === "wrong") return http;
  // Not proven: before the rollout no requests were sent to the tasks from here.
  if (wrong) return { state: "wrong", url: taskAddress(wrong.task), answered: wrong.answered, proven: false };
  if (unclear === 0 || !isWanted || http.state === "unproven") return http;
  const answered = `${unclear} of ${requests} answered without a version`;
  return { state: "unproven", url: "Tasks at their own addresses", answered };
}
