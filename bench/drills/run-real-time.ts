import type * as ecs from "@aws-sdk/client-ecs";
import { object } from "../../infra/local/aws/index.js";
import type { ContainerRuntime } from "../../infra/local/containers/connect.js";
import { unlessAborted } from "../common/unless-aborted.js";
import { openContainerEnvironment } from "../containers/container-environment.js";
import { readVersion } from "../containers/read-version.js";
import type { DeployRequest } from "../deployer/deploy-request.js";
import { startDeployer } from "../deployer/start-deployer.js";
import { type HttpEnvironment, openHttpEnvironment, type Speed } from "../http/http-environment.js";
import { environmentOf } from "../http/process-environment.js";
import { openRecordingProxy } from "../http/recording-proxy.js";
import { scheduleInterventions } from "../http/scheduled-interventions.js";
import type { CompleteTarget } from "../scenario/complete-target.js";
import type { Scenario } from "../scenario/scenario.js";
import type { Drill } from "./drill.js";
import { type DrillResult, reportedEnding } from "./drill-result.js";
import { type DrillSettings, onService } from "./service-settings.js";

/** Longer than any drill takes. */
const LIMIT = 20 * 60_000;

export interface RealOptions {
  speed: Speed;
  /** Container runtime for the tasks; without it tasks are simulated. */
  runtime?: ContainerRuntime;
  /** Aborts the drill and removes everything that it created. */
  signal?: AbortSignal;
}

/** Runs a drill in real time: the deployer as a process, the published SDK over sockets, and tasks that are simulated or containers. */
export async function runInRealTime(
  drill: Drill,
  settings: DrillSettings,
  target: CompleteTarget,
  { speed, runtime, signal }: RealOptions,
): Promise<DrillResult> {
  const scenario = onService(withTestShift(drill.scenario, speed), settings);
  const stage = runtime
    ? await openContainerEnvironment(runtime, scenario, target, speed, signal)
    : await openHttpEnvironment(scenario, target, speed, signal ? { signal } : {});
  const others = scheduleInterventions(stage, scenario, speed);
  const door = await openRecordingProxy(stage.url, {
    // A process needs seconds to start: the deploy begins with its first call.
    before({ number }) {
      if (number > 1) return;
      stage.begin();
      others.begin();
    },
    after: ({ operation }) => {
      if (operation === "UpdateService") others.updated();
    },
    // A user who ends a pause at once does so before the deployer sees it, as in virtual time.
    again: async ({ operation }, content) => {
      if (operation !== "DescribeServiceDeployments" || !content.includes("AWAITING_ACTION")) return false;
      const { serviceDeployments } = JSON.parse(content.toString()) as ecs.DescribeServiceDeploymentsResponse;
      return await others.settlePause(serviceDeployments?.[0]?.lifecycleStage ?? "");
    },
  });
  try {
    const { release, keys, host } = stage;
    const order = {
      ...{ endpoint: door.url, release },
      ...orderOf(scenario, speed, target, {
        url: { baseUrl: door.url, host },
        testUrl: { baseUrl: door.url, host: `test-${target.service}.localhost` },
      }),
    };
    const started = performance.now();
    const env = environmentOf(door.url, target.region, keys);
    const ended = await startDeployer(order, { env, limit: LIMIT, ...(signal && { signal }) });
    const endedAt = Date.now();
    const took = (performance.now() - started) / 1000;
    const problems = await unlessAborted(others.done(), signal);
    if (problems.length > 0) throw new Error(`${drill.name} could not be played: ${problems.join("; ")}`);
    const truth = await stage.outcome(0);
    const served = runtime && scenario.service?.check !== "none" ? await servedBy(stage) : undefined;
    const rolledBack = truth.returned && door.calls.filter((call) => call === "UpdateService").length > 1;
    return {
      ...{ drill, state: truth.state, rolledBack, took, calls: door.calls.length },
      ...(served && { served, release: release.version }),
      reported: reportedEnding(ended.report, ended.error),
      ...(truth.at !== undefined && !rolledBack && { delay: (endedAt - truth.at) / 1000 }),
    };
  } finally {
    await door.close();
    await stage.close();
  }
}

/**
 * Milliseconds from the shift of the test traffic to the end of its stage, where the test listener is checked: the check takes 20 s, which no
 * speed shortens, and begins and acts at polls. On AWS production traffic moves 42 s after the test traffic.
 */
const testShift = 40_000;

function withTestShift(scenario: Scenario, { factor }: Speed): Scenario {
  if (scenario.deployer?.more?.testHttp === undefined) return scenario;
  const { aws } = scenario;
  return { ...scenario, aws: { ...aws, timing: { ...aws?.timing, testShift: testShift * factor } } };
}

/** Requests the public URL six times and returns the distinct versions, or the status of a response without one. */
async function servedBy({ url, host }: HttpEnvironment): Promise<string[]> {
  const answers = await Promise.all(Array.from({ length: 6 }, () => readVersion(url, host)));
  return [...new Set(answers)];
}

/** Addresses of the two listeners. */
type Listeners = Record<"url" | "testUrl", { baseUrl: string; host: string }>;

/** Returns the scenario's settings for the deployer: times scaled to the speed of the drill, and the listeners at their addresses. */
function orderOf(
  { deployer = {}, aws }: Scenario,
  { factor }: Speed,
  target: CompleteTarget,
  listeners: Listeners,
): Omit<DeployRequest, "endpoint" | "release"> {
  const { http, timeoutMs, more, gates, ...settings } = deployer;
  const testHttp = more?.testHttp && { ...object(more.testHttp), ...listeners.testUrl };
  return {
    target: { ...target, ...(gates && { gates: gates as NonNullable<CompleteTarget["gates"]> }) },
    ...(http && { http: listeners.url }),
    settings: {
      ...settings,
      ...(timeoutMs !== undefined && { timeoutMs: timeoutMs / factor }),
      more: { ...more, ...(testHttp && { testHttp }), ...(gates && { gates: listeners }) },
    },
    ...(aws?.clockSkew !== undefined && { clockSkew: aws.clockSkew }),
  };
}
