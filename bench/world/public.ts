import type { HttpAnswer } from "../../ci/src/rollout/verify/ask.js";
import type { LocalAws } from "./local-aws.js";
import type { Stage } from "./stage.js";

/** Answers a request to the public URL, and remembers what it answered. */
export function answerPublic({ aws, answers, since }: Stage): HttpAnswer {
  const { status, version } = served(aws, answers.length);
  answers.push({ at: since(), status, ...(version !== undefined && { version }) });
  if (version === undefined) return { status, headers: { "content-type": "text/html" }, body: `<h1>${status}</h1>` };
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify({ version }) };
}

/** Each request goes to the next task that can serve, as a load balancer would send it. */
function served({ state, casting }: LocalAws, request: number): { status: number; version?: string } {
  const serving = Object.values(state.tasks).filter(
    (task) =>
      task.lastStatus === "RUNNING" &&
      task.desiredStatus === "RUNNING" &&
      task.targets.every((target) => target.state === "healthy"),
  );
  const task = serving[request % Math.max(1, serving.length)];
  if (!task) return { status: 503 };
  const { version = "", script } = casting.roleOf(task.arn) ?? {};
  const { status = 200, version: told = version } = script?.serves ?? {};
  return status === 200 ? { status, version: told } : { status };
}
