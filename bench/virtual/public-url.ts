import type { HttpResponse } from "../../ci/lib/rollout/verify/http-request.js";
import type { TaskRecord } from "../../infra/local/aws/index.js";
import { foreignVersion } from "../scenario/fixture.js";
import type { DeployerSettings } from "../scenario/scenario.js";
import type { PublicAnswer } from "./outcome.js";
import type { Simulation } from "./simulation.js";
import type { VirtualAws } from "./virtual-aws.js";

/** Responds to a request to the public URL, and records the response. */
export async function answerPublic(stage: Simulation, sleep: (ms: number) => Promise<void>): Promise<HttpResponse> {
  const { answers, since, scenario } = stage;
  const other = answerOfOther(stage, scenario.deployer?.url);
  if (other) {
    stage.requests++;
    answers.push({ ...other, at: since() });
    return inHttp(other);
  }
  const answer = await answerBehind(stage, "production", sleep);
  answers.push({ at: since(), ...answer });
  return inHttp(answer);
}

/** Responds to a request to the test listener, and records the response. */
export async function answerTest(stage: Simulation, sleep: (ms: number) => Promise<void>): Promise<HttpResponse> {
  const answer = await answerBehind(stage, "test", sleep);
  stage.testAnswers.push({ at: stage.since(), ...answer });
  return inHttp(answer);
}

async function answerBehind(
  stage: Simulation,
  kind: "production" | "test",
  sleep: (ms: number) => Promise<void>,
): Promise<Answered> {
  const { aws } = stage;
  const task = nextTask(stage, stage.requests++, kind);
  const { takes = 0 } = (task && aws.taskScripts.scriptOf(task.arn)?.script.serves) ?? {};
  if (takes > 0) await sleep(takes);
  return answerThrough(aws, task, takes);
}

/** Returns a task's own response at its address, independent of the load balancer. */
export function answerOfTask({ aws, taskAnswers, since }: Simulation, address: string): HttpResponse {
  const task = Object.values(aws.state.tasks).find((one) => one.ip === address && one.lastStatus === "RUNNING");
  if (!task) throw new Error(`connect EHOSTUNREACH ${address}`);
  const answer = answerOf(aws, task.arn);
  taskAnswers.push({ at: since(), ...answer });
  return inHttp(answer);
}

type Answered = Omit<PublicAnswer, "at">;

/** Returns the response of another service or a cache; undefined where the service responds. */
function answerOfOther({ requests, answers }: Simulation, url: DeployerSettings["url"]): Answered | undefined {
  if (url === "foreign" || (url === "shared" && requests % 2 === 1))
    return { status: 200, version: foreignVersion, by: "other" };
  const [first] = answers;
  return url === "cached" && first ? { ...first, by: "cache" } : undefined;
}

function inHttp({ by, ...answer }: Answered): HttpResponse {
  const found = ofApp(answer);
  return by === "cache" ? { ...found, headers: { ...found.headers, age: "60" } } : found;
}

function ofApp({ status, version }: Answered): HttpResponse {
  if (version === undefined) return { status, headers: { "content-type": "text/html" }, body: `<h1>${status}</h1>` };
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify({ version }) };
}

/** Returns the response that passes the load balancer: a request still open at the end of its task's drain is cut off. */
function answerThrough(aws: VirtualAws, task: TaskRecord | undefined, took: number): Answered {
  if (!task) return { status: 503 };
  const now = aws.state.tasks[task.arn];
  const isCut = now?.lastStatus !== "RUNNING" || now.targets.some((target) => target.state === "drained");
  return took > 0 && isCut ? { status: 502 } : answerOf(aws, task.arn);
}

/** Returns a function that checks if a task receives the next request: where the service has listener rules, they choose its target group. */
function nextGroup({ rules }: VirtualAws, kind: "production" | "test"): (task: TaskRecord) => boolean {
  const rule = rules.all().find((each) => each.kind === kind);
  if (rule === undefined) return () => true;
  const group = rules.choose(rule);
  return ({ targets }) => targets.some(({ targetGroupArn }) => targetGroupArn === group);
}

/** Selects the next task that can serve, in turn, as a load balancer does: by the targets that it had a while ago. */
function nextTask(
  { aws, scenario, time }: Simulation,
  request: number,
  kind: "production" | "test",
): TaskRecord | undefined {
  const isBehind = nextGroup(aws, kind);
  const before = time.now() - (scenario.aws?.balancerLag ?? usualLag);
  const ofService = Object.values(aws.state.tasks).filter((task) => task.serviceArn !== undefined && isBehind(task));
  const healthy = ofService.filter(
    (task) =>
      task.lastStatus === "RUNNING" &&
      task.desiredStatus === "RUNNING" &&
      task.targets.every((target) => target.state === "healthy"),
  );
  const routed = healthy.filter(({ healthyAt, startedAt = 0 }) => (healthyAt ?? startedAt) <= before);
  const leaving = ofService.filter(
    ({ targets, lastStatus, stoppingAt = 0, healthyAt }) =>
      targets.length > 0 && healthyAt !== undefined && stillRuns.has(lastStatus) && stoppingAt > before,
  );
  const known = [...routed, ...leaving];
  // With no other target left, a new one is used at once.
  const serving = known.length > 0 ? known : healthy;
  return serving[request % Math.max(1, serving.length)];
}

/** Milliseconds. */
const usualLag = 3_000;
/** States of a task that is being stopped in which its containers run. */
const stillRuns = new Set(["RUNNING", "DEACTIVATING", "STOPPING"]);

function answerOf({ taskScripts }: VirtualAws, task: string): Answered {
  const { version = "", script } = taskScripts.scriptOf(task) ?? {};
  const { status = 200, version: served = version } = script?.serves ?? {};
  return status === 200 ? { status, version: served } : { status };
}
