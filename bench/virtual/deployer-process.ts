import { reset } from "../../infra/local/aws/index.js";
import type { Kill } from "../scenario/scenario.js";
import type { Simulation } from "./simulation.js";

/** The deployer's process in the simulation: all its requests to AWS pass here, until it is killed. */
export interface DeployerProcess {
  /** Forwards a request to AWS and returns the response. `carry` is AWS's operation, `codeOf` returns the error code of a response. */
  pass<T>(operation: string, carry: () => Promise<T>, codeOf?: (answer: T) => string | undefined): Promise<T>;
  sleep(ms: number): Promise<void>;
  /** Resolves when it is killed. From then on nothing that it waits for arrives. */
  killed: Promise<void>;
  /** Returns the time of ECS's last response, until then, about the service, its deployments or its tasks. */
  lastPollAt(by: number): number;
  /** Returns the number of its requests. */
  calls(): number;
}

/** Operations that poll the rollout. */
const looks = new Set([
  "DescribeServices",
  "DescribeServiceDeployments",
  "ListServiceDeployments",
  "ListTasks",
  "DescribeTasks",
]);

export function startProcess(stage: Simulation, run: number, kill?: Kill): DeployerProcess {
  const { time, random } = stage;
  const [least, most] = stage.scenario.aws?.latency ?? [20, 80];
  let calls = 0;
  const lookedAt = [stage.since()];
  let dead = false;
  let die = () => {};
  const killed = new Promise<void>((resolve) => {
    die = resolve;
  });
  const forever = () => new Promise<never>(() => {});
  const end = () => {
    dead = true;
    die();
    return forever();
  };

  async function sleep(ms: number) {
    await time.sleep(ms);
    if (dead) await forever();
  }

  async function pass<T>(operation: string, carry: () => Promise<T>, codeOf = (_: T): string | undefined => undefined) {
    const how = ++calls === kill?.call ? kill.how : undefined;
    stage.calls[operation] = (stage.calls[operation] ?? 0) + 1;
    if (how === "killed-before") return end();
    const half = Math.round((least + (most - least) * random()) / 2);
    await sleep(half);
    const answered = await time.attend(carry()).then(
      (answer) => ({ answer, code: codeOf(answer) }),
      (error: Error & { code?: string }) => ({ error, code: error.code ?? error.name }),
    );
    if (how === "killed-after") return end();
    await sleep(half);
    const { code } = how === "answer-lost" ? { code: "lost" } : answered;
    if (code === undefined && looks.has(operation)) lookedAt.push(stage.since());
    stage.trace.push({ at: stage.since(), kind: "call", run, operation, result: code ?? "ok" });
    if (how === "answer-lost") throw reset();
    if ("error" in answered) throw answered.error;
    return answered.answer;
  }

  return { pass, sleep, killed, lastPollAt: (by) => lookedAt.findLast((at) => at <= by) ?? 0, calls: () => calls };
}
