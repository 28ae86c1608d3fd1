import type { HttpAnswer } from "../../ci/src/rollout/ask.js";
import type { LocalAws } from "./local-aws.js";

/** What the public URL answers now: each request goes to the next task that can serve, as a load balancer would send it. */
export function answerPublic({ state, casting }: LocalAws, request: number): HttpAnswer {
  const serving = Object.values(state.tasks).filter(
    (task) =>
      task.lastStatus === "RUNNING" &&
      task.desiredStatus === "RUNNING" &&
      task.targets.every((target) => target.state === "healthy"),
  );
  const task = serving[request % Math.max(1, serving.length)];
  if (!task) return { status: 503, headers: { "content-type": "text/html" }, body: "<h1>503 Service Unavailable</h1>" };
  const { version = "", script } = casting.roleOf(task.arn) ?? {};
  const { status = 200, version: served = version } = script?.serves ?? {};
  const body = status === 200 ? JSON.stringify({ version: served }) : `<h1>${status}</h1>`;
  return { status, headers: { "content-type": "application/json" }, body };
}
