import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type * as ecs from "@aws-sdk/client-ecs";
import {
  awsTiming,
  type Clock,
  createFaults,
  createSimulatedRuntime,
  type EcsTiming,
  type LocalAwsOptions,
  type RuntimeContext,
  rehearsalTiming,
  type SimulatedRuntime,
  startLocalAws,
  systemClock,
  type TaskRuntime,
  usualQuotas,
} from "../../infra/local/aws/index.js";
import { unlessAborted } from "../common/unless-aborted.js";
import { type EnteredStage, lifecycleStageOf } from "../oracle/lifecycle-stage.js";
import { newestDeploymentOf, readState, readStoredOutcome, type StoredOutcome } from "../oracle/stored-state.js";
import type { CompleteTarget } from "../scenario/complete-target.js";
import { createService } from "../scenario/create-service.js";
import type { Environment } from "../scenario/environment.js";
import { createScriptedFunctions } from "../scenario/function-scripts.js";
import { type Call, createPublisher, type ImageMaker, type PublishedImage } from "../scenario/images.js";
import type { Scenario } from "../scenario/scenario.js";
import { createTaskScripts, type TaskScripts } from "../scenario/task-scripts.js";
import { releaseOf } from "../scenario/versions.js";
import { faultsOf } from "./scaled-faults.js";
import { type Keys, sdkCall } from "./sdk-call.js";
import { createWeb, RULE_DELAY } from "./simulated-web.js";

/** Speed of a scenario in real time. */
export interface Speed {
  /** Divisor of the scenario's own times: of its tasks, its targets and its interventions. */
  factor: number;
  /** Speed of the local ECS. */
  timing: EcsTiming;
}

/** A rollout in 6-15 s, or in AWS's own time of minutes. */
export const speeds = {
  rehearsal: { factor: 10, timing: { ...rehearsalTiming, minute: 6_000 } },
  aws: { factor: 1, timing: awsTiming },
} satisfies Record<string, Speed>;

/** A scenario in real time, in its state before the deploy: a local AWS with simulated tasks, and a service that runs. */
export interface HttpEnvironment extends Environment {
  url: string;
  /** Host name that the load balancer routes by. */
  host: string;
  /** Keys of the tested principal; the scenario may deny it actions. */
  keys: Keys;
  release: PublishedImage;
  /** Marks the deployer's start: from now on the scenario's faults are active, and its scripts apply to new tasks. */
  begin(): void;
  /** Reads the lifecycle stage of the newest service deployment from the local ECS's state. */
  lifecycleStage(): Promise<EnteredStage | undefined>;
  /** Reads the release's outcome from the local ECS's state; waits up to `limit` milliseconds until it is final. */
  outcome(limit: number): Promise<StoredOutcome>;
  close(): Promise<void>;
}

/** Replacements for the simulated parts. */
export interface HttpEnvironmentOptions extends Partial<Pick<LocalAwsOptions, "loadBalancer">> {
  /** Runs tasks by their scripts. */
  runtime?: (context: RuntimeContext, taskScripts: TaskScripts) => ScriptedRuntime;
  /** Creates the images' content; images of simulated tasks are empty. */
  image?: ImageMaker;
  /** Signal that aborts the creation of the environment. */
  signal?: AbortSignal;
}

/** Task runtime that follows scripts, and can crash a task. */
export type ScriptedRuntime = Pick<SimulatedRuntime, "running" | "crash"> & TaskRuntime;

export async function openHttpEnvironment(
  scenario: Scenario,
  target: CompleteTarget,
  { factor, timing }: Speed,
  { image: make, runtime: open, signal, ...more }: HttpEnvironmentOptions = {},
): Promise<HttpEnvironment> {
  const stateDir = await mkdtemp(join(tmpdir(), "slipway-stage-"));
  const taskScripts = createTaskScripts(scenario);
  const denied = [...(scenario.aws?.deny ?? [])];
  const keys = { AccessKeyId: "AKIASLIPWAYBENCH0001", SecretAccessKey: randomBytes(20).toString("hex") };
  const faults = createFaults({ clock: systemClock });
  const fargateQuotas = { ...usualQuotas };
  let runtime: ScriptedRuntime | undefined;
  const aws = await startLocalAws({
    stateDir,
    account: target.account,
    timing: { ...timing, ...divided(scenario.aws?.timing ?? {}, factor) },
    rollbackId: scenario.aws?.rollbackId ?? "old",
    breakerOnShifts: scenario.aws?.breakerOnShifts ?? true,
    fargateQuotas,
    functions: createScriptedFunctions(scenario, hastened(systemClock, factor)),
    principals: [principal(keys, target, denied)],
    faults,
    runtime: (context) => {
      const { clock } = context;
      runtime =
        open?.(context, taskScripts) ?? createSimulatedRuntime(hastened(clock, factor), taskScripts.behaviourOf);
      return runtime;
    },
    loadBalancer: ({ clock }) =>
      createWeb(hastened(clock, factor), {
        behaviourOf: taskScripts.targetOf,
        ruleDelay: (scenario.aws?.ruleDelay ?? RULE_DELAY) / factor,
        answerOf(taskArn) {
          const { version = "", script } = taskScripts.scriptOf(taskArn) ?? {};
          const { serves = {} } = script ?? {};
          // Not scaled, unlike all other times.
          return { version, status: 200, ...serves, takes: (serves.takes ?? 0) * factor };
        },
      }),
    ...more,
  });
  const close = async () => {
    await aws.close();
    await rm(stateDir, { recursive: true, force: true });
  };
  try {
    const call = sdkCall(aws.url, target.region, aws.credentials);
    const environment: Environment = {
      target,
      fargateQuotas,
      call,
      publish: createPublisher(call, target, { ...(make && { make }) }),
      settle: () => waitUntilSettled(call, target),
      // ListServiceDeployments does not have it yet in its first stages.
      newestDeployment: async () => newestDeploymentOf(await readState(stateDir)),
      running: (wanted) => runtime?.running().filter((arn) => taskScripts.scriptOf(arn)?.version === wanted) ?? [],
      crash: (taskArn) => runtime?.crash(taskArn, 1),
      deny: (actions) => void denied.push(...actions),
    };
    await unlessAborted(createService(inSeconds(scenario, factor), environment), signal);
    const release = await environment.publish(releaseOf(scenario));
    return {
      ...environment,
      url: aws.url,
      host: target.url ? new URL(target.url).host : `${target.service}.localhost`,
      keys,
      release,
      begin() {
        taskScripts.begin();
        faults.replace(faultsOf(scenario, keys, factor));
      },
      lifecycleStage: async () => lifecycleStageOf(await readState(stateDir)),
      outcome: (limit) => readStoredOutcome(stateDir, release.image, limit),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** ECS takes whole seconds. */
function inSeconds(scenario: Scenario, factor: number): Scenario {
  const { healthCheckGracePeriodSeconds: grace, ...service } = scenario.service ?? {};
  if (grace === undefined) return scenario;
  return { ...scenario, service: { ...service, healthCheckGracePeriodSeconds: Math.ceil(grace / factor) } };
}

/** Time limit in milliseconds; longer than a deployment takes at AWS's own times. */
const LIMIT = 15 * 60_000;

/** The SDK's own waiter calls a service stable as soon as its tasks run, while its deployment is still unfinished. */
async function waitUntilSettled(call: Call, { cluster, service }: CompleteTarget): Promise<void> {
  for (const end = performance.now() + LIMIT; ; ) {
    const { services } = await call("ecs", "DescribeServices", { cluster, services: [service] });
    const [{ deployments = [], events = [] } = {}] = services as unknown as ecs.Service[];
    if (deployments.length === 1 && deployments[0]?.rolloutState !== "IN_PROGRESS") return;
    if (performance.now() >= end)
      throw new Error(`${service} is not at rest after ${LIMIT / 60_000} min: ${events[0]?.message ?? "no event"}`);
    await delay(100);
  }
}

function principal({ AccessKeyId, SecretAccessKey }: Keys, { account }: CompleteTarget, deny: string[]) {
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    arn: `arn:aws:iam::${account}:user/bench`,
    userId: "AIDASLIPWAYBENCH0001",
    deny,
  };
}

/** Returns the same limits, with shorter waiting times. */
function hastened(clock: Clock, factor: number): Clock {
  return { now: clock.now, after: (ms, callback) => clock.after(ms / factor, callback) };
}

function divided(timing: Partial<EcsTiming>, factor: number): Partial<EcsTiming> {
  const by = (value: number | readonly number[]) =>
    typeof value === "number" ? value / factor : value.map((each) => each / factor);
  return Object.fromEntries(Object.entries(timing).map(([name, value]) => [name, by(value)]));
}
