import type { Principal } from "../../infra/local/aws/wire/principals.js";
import { AwsError, type JsonObject } from "../../infra/local/aws/wire/service.js";
import type { Call } from "./local-aws.js";
import { secrets, target } from "./names.js";
import type { Kill } from "./scenario.js";
import type { Stage } from "./stage.js";

/** The deployer's process, as the world sees it: what it asks of AWS arrives here, until it is killed. */
export interface DeployerProcess {
  /** Carries a call to AWS and its answer back. Rejects with AWS's refusal, or with `NoAnswer`. */
  ask(call: Call): Promise<JsonObject>;
  sleep(ms: number): Promise<void>;
  /** Ends when it is killed. Nothing that it waits for comes from then on. */
  killed: Promise<void>;
  /** When ECS last answered what it asked of the service, its deployments or its tasks. */
  lookedAt(): number;
  /** How many requests it has made. */
  calls(): number;
}

/** The connection was lost: whether AWS has carried out the call is not known to the caller. */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";
  readonly code = "ECONNRESET";
  constructor() {
    super("read ECONNRESET");
  }
}

/** What is asked to see how the rollout goes. */
const looks = new Set([
  "DescribeServices",
  "DescribeServiceDeployments",
  "ListServiceDeployments",
  "ListTasks",
  "DescribeTasks",
]);

export function startProcess(stage: Stage, run: number, kill?: Kill): DeployerProcess {
  const { aws, time, random } = stage;
  const [least, most] = stage.scenario.aws?.latency ?? [20, 80];
  let calls = 0;
  let lookedAt = stage.since();
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

  async function ask(call: Call): Promise<JsonObject> {
    const how = ++calls === kill?.call ? kill.how : undefined;
    const { operation } = call;
    stage.calls[operation] = (stage.calls[operation] ?? 0) + 1;
    if (how === "killed-before") return end();
    const half = Math.round((least + (most - least) * random()) / 2);
    await sleep(half);
    const answered = await carryOut(call);
    if (how === "killed-after") return end();
    await sleep(half);
    const lost = how === "answer-lost" ? new NoAnswer() : undefined;
    const { output, error = lost } = answered;
    if (!error && looks.has(operation)) lookedAt = stage.since();
    stage.trace.push({ at: stage.since(), kind: "call", run, operation, result: error ? codeOf(error) : "ok" });
    if (error || !output) throw error;
    return output;
  }

  async function carryOut(call: Call): Promise<{ output?: JsonObject; error?: AwsError | NoAnswer }> {
    try {
      const output = await aws.answer(call, { ...deployer, deny: stage.deny });
      stage.done(call, output);
      return { output };
    } catch (error) {
      if (error instanceof AwsError) return { error };
      throw error;
    }
  }

  return { ask, sleep, killed, lookedAt: () => lookedAt, calls: () => calls };
}

function codeOf(error: AwsError | NoAnswer): string {
  return error.code;
}

const deployer: Principal = {
  accessKeyId: "AKIADEPLOYER",
  secretAccessKey: secrets.key,
  arn: `arn:aws:iam::${target.account}:role/deployer`,
  userId: "AIDADEPLOYER",
};
