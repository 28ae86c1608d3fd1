import {
  awsTiming,
  createFaults,
  createInProcessAws,
  createListenerRules,
  createSimulatedLoadBalancer,
  createSimulatedRuntime,
  type EcsState,
  emptyState,
  type InProcessAws,
  type JsonObject,
  type ListenerRules,
  type RuledFaults,
  type Service,
  type StateDirectory,
  type TaskSpec,
  usualQuotas,
} from "../../infra/local/aws/index.js";
import { RULE_DELAY } from "../http/simulated-web.js";
import { newestDeploymentOf } from "../oracle/stored-state.js";
import { logGroupOf } from "../scenario/create-service.js";
import type { Environment } from "../scenario/environment.js";
import { concurrentDeployer, operator, target } from "../scenario/fixture.js";
import { createScriptedFunctions } from "../scenario/function-scripts.js";
import { type Call, createPublisher, type PublishedImage } from "../scenario/images.js";
import type { Scenario } from "../scenario/scenario.js";
import { createTaskScripts, type TaskScripts } from "../scenario/task-scripts.js";
import type { VirtualTime } from "./virtual-time.js";

/** A call that AWS has carried out. */
export interface CompletedCall {
  operation: string;
  input: JsonObject;
  output: JsonObject;
}

/** The local AWS of one simulation, in process, with its internal state. */
export interface VirtualAws extends Pick<InProcessAws, "call" | "requestHandler" | "credentials"> {
  /** ECS's complete state: for the checks, not for the deployer. */
  state: EcsState;
  taskScripts: TaskScripts;
  /** For the operator, who creates the service and intervenes. */
  environment: Environment;
  /** Returns the image of a version of the scenario. */
  imageOf(version: string): PublishedImage;
  /** Faults of the deployer's calls; none until rules are set. */
  faults: RuledFaults;
  /** The service's listener rules, as the nodes of its load balancer have them. */
  rules: ListenerRules;
  /** IAM actions that the deployer lacks; may change at any time. */
  deny: string[];
}

/** Listeners for changes and calls. */
export interface Listeners {
  /** Called after every change of ECS's state. */
  changed: () => void;
  /** Called when ECS has carried out a call of the deployer. */
  done: (call: CompletedCall) => void;
  /** The same for our second deploy, where two run. */
  doneConcurrently: (call: CompletedCall) => void;
}

export async function createVirtualAws(
  scenario: Scenario,
  seed: number,
  clock: VirtualTime,
  listeners: Listeners,
): Promise<VirtualAws> {
  const taskScripts = createTaskScripts(scenario);
  const runtime = createSimulatedRuntime(clock, taskScripts.behaviourOf);
  const state = emptyState();
  const faults = createFaults({ clock, seed });
  const deny: string[] = [];
  const fargateQuotas = { ...usualQuotas };
  const rules = createListenerRules(clock, scenario.aws?.ruleDelay ?? RULE_DELAY);
  const images = new Map<string, PublishedImage>();
  const aws = await createInProcessAws({
    clock,
    runtime: {
      ...runtime,
      start(task, listener) {
        writeLog(task);
        runtime.start(task, listener);
      },
    },
    loadBalancer: { ...createSimulatedLoadBalancer(clock, taskScripts.targetOf), forward: rules.set },
    functions: createScriptedFunctions(scenario, clock),
    seed,
    timing: { ...awsTiming, ...scenario.aws?.timing },
    rollbackId: scenario.aws?.rollbackId ?? "old",
    breakerOnShifts: scenario.aws?.breakerOnShifts ?? true,
    fargateQuotas,
    state: inMemory(state, listeners.changed),
    account: target.account,
    deny,
    principals: [operator, concurrentDeployer],
    faults,
    limits: true,
    // The preflight check must cope with roles that it can't read.
    leaveOut: ["iam"],
    // For an index, ECS resolves its manifest; a single image needs no resolution.
    resolveImage: async (image) => [...images.values()].find((one) => one.image === image)?.manifest,
    timeout: 30_000,
  });
  const { call, requestHandler, credentials } = aws;
  const logs = aws.logs(target.region);
  /** Writes the one line of the app's log. */
  function writeLog({ taskId }: TaskSpec): void {
    logs.append(logGroupOf(target), `ecs/${target.container}/${taskId}`, [
      { timestamp: clock.now(), message: "starting" },
    ]);
  }
  const callAsOperator: Call = (service, operation, input) => call(service, operation, input, operator);
  const publisher = createPublisher(callAsOperator, target, { asIndex: true });
  const environment: Environment = {
    target,
    fargateQuotas,
    call: callAsOperator,
    async publish(version, script) {
      const image = await publisher(version, script);
      images.set(version, image);
      return image;
    },
    async settle() {
      if (!clock.pass(() => isAtRest(state), DAY)) throw new Error("The service did not come to rest.");
    },
    newestDeployment: async () => newestDeploymentOf(state),
    running: (version) =>
      Object.values(state.tasks)
        .filter((task) => task.lastStatus === "RUNNING" && taskScripts.scriptOf(task.arn)?.version === version)
        .map(({ arn }) => arn),
    crash: (taskArn) => runtime.crash(taskArn, 1),
    deny: (actions) => void deny.push(...actions),
  };
  const listenersByKey = {
    [credentials.accessKeyId]: listeners.done,
    [concurrentDeployer.accessKeyId]: listeners.doneConcurrently,
  };
  reportCompletedCalls(aws.ecs.service, listenersByKey);
  const imageOf = (version: string) => images.get(version) as PublishedImage;
  return { call, requestHandler, credentials, state, taskScripts, environment, imageOf, faults, deny, rules };
}

/** Checks that the service is at rest: its newest deployment has ended, and the only one left is not in progress. */
export function isAtRest(state: EcsState): boolean {
  const service = Object.values(state.services)[0];
  if (!service || service.status === "INACTIVE") return true;
  const newest = state.serviceDeployments[service.serviceDeployments.at(-1) ?? ""];
  const hasEnded = ["STOPPED", "SUCCESSFUL", "ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED"].includes(newest?.status ?? "");
  return hasEnded && service.deployments.length === 1 && service.deployments[0]?.rolloutState !== "IN_PROGRESS";
}

const DAY = 24 * 3_600_000;

/** Reports completed calls also where the response is lost. */
function reportCompletedCalls({ operations }: Service, listenersByKey: Record<string, Listeners["done"]>): void {
  for (const [operation, run] of Object.entries(operations)) {
    if (/^(Describe|List)/.test(operation)) continue;
    operations[operation] = async (input, caller) => {
      const output = await run(input, caller);
      listenersByKey[caller.accessKeyId]?.({ operation, input, output });
      return output;
    };
  }
}

/** Keeps the state in memory and reports each save at once. */
function inMemory(state: EcsState, changed: () => void): StateDirectory {
  return {
    document: <T extends object>(name: string, initial: () => T) =>
      name === "ecs"
        ? { value: state as unknown as T, save: changed, flush: async () => {} }
        : { value: initial(), save: () => {}, flush: async () => {} },
  };
}
