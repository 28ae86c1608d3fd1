import type { HttpAnswer } from "../../ci/src/rollout/verify/ask.js";
import type { LocalAws } from "./local-aws.js";
import type { PublicAnswer, Stage } from "./stage.js";

/** Answers a request to the public URL, and remembers what it answered. */
export function answerPublic({ aws, answers, since }: Stage): HttpAnswer {
  const answer = served(aws, answers.length);
  answers.push({ at: since(), ...answer });
  return inHttp(answer);
}

/** A task's own answer at its address, which knows nothing of the load balancer. */
export function answerOfTask({ aws, taskAnswers, since }: Stage, address: string): HttpAnswer {
  const task = Object.values(aws.state.tasks).find((one) => one.ip === address && one.lastStatus === "RUNNING");
  if (!task) throw new Error(`connect EHOSTUNREACH ${address}`);
  const answer = answerOf(aws, task.arn);
  taskAnswers.push({ at: since(), ...answer });
  return inHttp(answer);
}

type Answered = Omit<PublicAnswer, "at">;

function inHttp({ status, version }: Answered): HttpAnswer {
  if (version === undefined) return { status, headers: { "content-type": "text/html" }, body: `<h1>${status}</h1>` };
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify({ version }) };
}

/** Each request goes to the next task that can serve, as a load balancer would send it. */
function served(aws: LocalAws, request: number): Answered {
  const serving = Object.values(aws.state.tasks).filter(
    (task) =>
      task.serviceArn !== undefined &&
      task.lastStatus === "RUNNING" &&
      task.desiredStatus === "RUNNING" &&
      task.targets.every((target) => target.state === "healthy"),
  );
  const task = serving[request % Math.max(1, serving.length)];
  return task ? answerOf(aws, task.arn) : { status: 503 };
}

function answerOf({ casting }: LocalAws, task: string): Answered {
  const { version = "", script } = casting.roleOf(task) ?? {};
  const { status = 200, version: told = version } = script?.serves ?? {};
  return status === 200 ? { status, version: told } : { status };
}
