import { startDeployer } from "../deployer/start-deployer.js";
import { type HttpEnvironment, openHttpEnvironment, type Speed, speeds } from "../http/http-environment.js";
import { environmentOf } from "../http/process-environment.js";
import { type CallHooks, openRecordingProxy } from "../http/recording-proxy.js";
import { target } from "../scenario/fixture.js";
import type { Scenario } from "../scenario/scenario.js";

/** Call at which a deployer's process is killed or loses a response; calls are counted from 1. */
export interface KillPoint {
  call: number;
  operation: string;
  how: How;
}

/** Killed when its request arrives and before it is forwarded; killed after AWS's effect; or alive, with a lost response. */
type How = "killed-before" | "killed-after" | "answer-lost";

/** Result of a deploy with a kill point. */
export interface KillResult {
  point: KillPoint;
  /** True when the process was killed, and the same command run again. */
  again: boolean;
  /** Deviations from the expected end; empty when it converged. */
  problems: string[];
}

const ways = ["killed-before", "killed-after", "answer-lost"] as const;
const scenario: Scenario = { deployer: { runId: "killed" }, service: { check: "load-balancer" } };
/** Fast enough that minutes of AWS take a second. */
const quick: Speed = {
  factor: 100,
  timing: {
    ...speeds.rehearsal.timing,
    deploymentStart: 200,
    rollbackStart: 100,
    provisioning: 50,
    activation: 50,
    deactivating: 20,
    deprovisioning: 50,
    stopRequest: 50,
  },
};
const LIMIT = 120_000;

/** Returns every boundary of a successful deploy, found by an undisturbed run. */
export async function findKillPoints(): Promise<KillPoint[]> {
  const stage = await openHttpEnvironment(scenario, target, quick);
  try {
    const { calls } = await deploy(stage);
    return calls.flatMap((operation, index) => ways.map((how) => ({ call: index + 1, operation, how })));
  } finally {
    await stage.close();
  }
}

/** Runs one deploy with a kill point; after a kill, runs the same command again. */
export async function deployWithKill(boundary: KillPoint): Promise<KillResult> {
  const stage = await openHttpEnvironment(scenario, target, quick);
  try {
    const first = await deploy(stage, boundary);
    const again = first.end.exitCode === KILLED;
    const last = again ? await deploy(stage) : first;
    return { point: boundary, again, problems: await problemsOf(stage, last.end.report?.verdict, last.end.output) };
  } finally {
    await stage.close();
  }
}

const KILLED = -1;

/** Runs the deployer as a process; the system's SIGKILL kills it. */
async function deploy(stage: HttpEnvironment, boundary?: KillPoint) {
  const process = new AbortController();
  const meet = (how: How, number: number) => boundary?.call === number && boundary.how === how;
  const guard: CallHooks = {
    before({ number }, lose) {
      if (meet("killed-before", number)) process.abort();
      if (process.signal.aborted) lose();
    },
    after({ number }, lose) {
      if (meet("killed-after", number)) process.abort();
      if (process.signal.aborted || meet("answer-lost", number)) lose();
    },
  };
  const door = await openRecordingProxy(stage.url, guard);
  try {
    const order = { endpoint: door.url, target, release: stage.release, settings: { runId: "killed" } };
    const env = environmentOf(door.url, target.region, stage.keys);
    return { end: await startDeployer(order, { env, limit: LIMIT, signal: process.signal }), calls: door.calls };
  } finally {
    await door.close();
  }
}

async function problemsOf(stage: HttpEnvironment, verdict: string | undefined, output: string): Promise<string[]> {
  const { state, rollouts } = await stage.outcome(LIMIT);
  return [
    ...(verdict === "deployed" ? [] : [`the verdict is ${verdict ?? `absent; output: ${output.trim().slice(-300)}`}`]),
    ...(state === "deployed" ? [] : [`the oracle has ${state}`]),
    ...(rollouts === 1 ? [] : [`${rollouts} rollouts began`]),
  ];
}
