import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateLogGroupCommand } from "@aws-sdk/client-cloudwatch-logs";
import { CreateRepositoryCommand } from "@aws-sdk/client-ecr";
import { CreateClusterCommand } from "@aws-sdk/client-ecs";
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
} from "../../infra/local/aws/index.js";
import { unlessAborted } from "../common/unless-aborted.js";
import { readStoredOutcome, type StoredOutcome } from "../oracle/stored-state.js";
import type { CompleteTarget } from "../scenario/complete-target.js";
import type { ImageScript, Scenario, ServiceSettings } from "../scenario/scenario.js";
import { createTaskScripts, type TaskScripts } from "../scenario/task-scripts.js";
import { createAlarms } from "./alarms.js";
import { createService, deployByHand, logGroupOf, waitForRolloutState } from "./create-http-service.js";
import { emptyImage } from "./empty-image.js";
import { type ImageMaker, type PublishedImage, publishImage } from "./publish-image.js";
import { faultsOf } from "./scaled-faults.js";
import { type Clients, clientsFor, type Keys } from "./sdk-clients.js";
import { createWeb } from "./simulated-web.js";

/** Speed of a scenario in real time. */
export interface Speed {
  /** Divisor of the scenario's own times: of its tasks, its targets and its interventions. */
  factor: number;
  /** Speed of the local ECS. */
  timing: EcsTiming;
}

/** A rollout in 6-15 s, or in AWS's own time of minutes. */
export const speeds = {
  rehearsal: { factor: 10, timing: rehearsalTiming },
  aws: { factor: 1, timing: awsTiming },
} satisfies Record<string, Speed>;

/** A scenario in real time, in its state before the deploy: a local AWS with simulated tasks, and a service that runs. */
export interface HttpEnvironment {
  url: string;
  target: CompleteTarget;
  /** Host name that the load balancer routes by. */
  host: string;
  clients: Clients;
  /** Keys of the tested principal; the scenario may deny it actions. */
  keys: Keys;
  release: PublishedImage;
  /** Marks the deployer's start: from now on the scenario's faults are active, and its scripts apply to new tasks. */
  begin(): void;
  publish(version: string, image?: ImageScript): Promise<PublishedImage>;
  /** ARNs of the simulated tasks of a version that have started and not ended. */
  running(version: string): string[];
  crash(taskArn: string): void;
  deny(actions: string[]): void;
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
  { image: make = emptyImage, runtime: open, signal, ...more }: HttpEnvironmentOptions = {},
): Promise<HttpEnvironment> {
  const stateDir = await mkdtemp(join(tmpdir(), "slipway-stage-"));
  const taskScripts = createTaskScripts(scenario);
  const denied = [...(scenario.aws?.deny ?? [])];
  const keys = { AccessKeyId: "AKIASLIPWAYBENCH0001", SecretAccessKey: randomBytes(20).toString("hex") };
  const faults = createFaults({ clock: systemClock });
  let runtime: ScriptedRuntime | undefined;
  const aws = await startLocalAws({
    stateDir,
    account: target.account,
    timing: { ...timing, ...divided(scenario.aws?.timing ?? {}, factor) },
    rollbackId: scenario.aws?.rollbackId ?? "old",
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
    const clients = clientsFor(aws.url, target.region, aws.credentials);
    const publishOne = (version: string, image?: ImageScript) =>
      publishImage(clients.ecr, aws.url, target, make, version, image);
    await createSurroundings(clients, target);
    await createAlarms(clients, scenario.service?.alarms ?? []);
    await unlessAborted(bringUp(scenario, target, clients, publishOne, factor), signal);
    const { version = "v2.0.0", image } = scenario.release ?? {};
    const release = await publishOne(version, image);
    return {
      url: aws.url,
      target,
      host: target.url ? new URL(target.url).host : `${target.service}.localhost`,
      clients,
      keys,
      release,
      begin() {
        taskScripts.begin();
        faults.replace(faultsOf(scenario, keys, factor));
      },
      publish: publishOne,
      running: (wanted) => runtime?.running().filter((arn) => taskScripts.scriptOf(arn)?.version === wanted) ?? [],
      crash: (taskArn) => runtime?.crash(taskArn, 1),
      deny: (actions) => void denied.push(...actions),
      outcome: (limit) => readStoredOutcome(stateDir, release.image, limit),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Creates the repository, the cluster and the log group, as infra/terraform does. */
async function createSurroundings({ ecs, ecr, logs }: Clients, target: CompleteTarget): Promise<void> {
  await Promise.all([
    ecr.send(new CreateRepositoryCommand({ repositoryName: target.repository, imageTagMutability: "IMMUTABLE" })),
    ecs.send(new CreateClusterCommand({ clusterName: target.cluster })),
    logs.send(new CreateLogGroupCommand({ logGroupName: logGroupOf(target) })),
  ]);
}

/** Deploys the earlier versions, one after the other. */
async function bringUp(
  { service = {}, before = {} }: Scenario,
  target: CompleteTarget,
  clients: Clients,
  publishOne: (version: string) => Promise<PublishedImage>,
  factor: number,
): Promise<void> {
  const settings = { ...service, ...graceOf(service, factor) };
  const { versions = ["v1.0.0"], completed = true } = before;
  const wanted = completed ? "COMPLETED" : "FAILED";
  const [first = "v1.0.0", ...later] = versions;
  await createService(clients, target, settings, await publishOne(first), wanted);
  for (const version of later) {
    await deployByHand(clients, target, settings, await publishOne(version));
    await waitForRolloutState(clients, target, wanted);
  }
}

/** ECS takes whole seconds. */
function graceOf({ healthCheckGracePeriodSeconds: grace }: ServiceSettings, factor: number) {
  return grace === undefined ? {} : { healthCheckGracePeriodSeconds: Math.ceil(grace / factor) };
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
