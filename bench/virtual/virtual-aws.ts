import {
  awsTiming,
  type Clock,
  createEventBridge,
  createEventBridgeScheduler,
  createFaults,
  createInProcessAws,
  createSimulatedLoadBalancer,
  createSimulatedRuntime,
  type EcsState,
  emptyState,
  type InProcessAws,
  type JsonObject,
  memoryState,
  type RuledFaults,
  type Service,
  type SimulatedRuntime,
  type StateDirectory,
} from "../../infra/local/aws/index.js";
import { concurrentDeployer, digestOf, imageOf, operator, target } from "../scenario/fixture.js";
import type { Scenario } from "../scenario/scenario.js";
import { createTaskScripts, type TaskScripts } from "../scenario/task-scripts.js";
import { versionsIn } from "../scenario/versions.js";
import { createRegistry, imageOf as imageScriptOf } from "./virtual-ecr.js";
import { createLogService } from "./virtual-logs.js";

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
  runtime: SimulatedRuntime;
  /** Faults of the deployer's calls; none until rules are set. */
  faults: RuledFaults;
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
  clock: Clock,
  listeners: Listeners,
): Promise<VirtualAws> {
  const taskScripts = createTaskScripts(scenario);
  const runtime = createSimulatedRuntime(clock, taskScripts.behaviourOf);
  const state = emptyState();
  const faults = createFaults({ clock, seed });
  const deny: string[] = [];
  const aws = await createInProcessAws({
    clock,
    runtime,
    loadBalancer: createSimulatedLoadBalancer(clock, taskScripts.targetOf),
    seed,
    timing: { ...awsTiming, ...scenario.aws?.timing },
    rollbackId: scenario.aws?.rollbackId ?? "old",
    state: inMemory(state, listeners.changed),
    account: target.account,
    deny,
    principals: [operator, concurrentDeployer],
    faults,
    limits: true,
    further: [
      createRegistry(scenario, versionsIn(scenario), clock.now()),
      createLogService(),
      // Only the service uses revisions: the simulation has no rules and no schedules.
      createEventBridge({ state: memoryState() }),
      createEventBridgeScheduler({ state: memoryState(), clock }),
    ],
    resolveImage: async (image) => manifestOf(scenario, image),
    timeout: 30_000,
  });
  const { call, requestHandler, credentials } = aws;
  const listenersByKey = {
    [credentials.accessKeyId]: listeners.done,
    [concurrentDeployer.accessKeyId]: listeners.doneConcurrently,
  };
  reportCompletedCalls(aws.ecs.service, listenersByKey);
  return { call, requestHandler, credentials, state, taskScripts, runtime, faults, deny };
}

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
    path: "in memory",
    document: <T extends object>(name: string, initial: () => T) =>
      name === "ecs"
        ? { value: state as unknown as T, save: changed, flush: async () => {} }
        : { value: initial(), save: () => {}, flush: async () => {} },
  };
}

/** For an index, ECS resolves its manifest; a single image needs no resolution. */
function manifestOf(scenario: Scenario, image: string): string | undefined {
  const version = versionsIn(scenario).find((one) => imageOf(one) === image);
  if (version === undefined || !imageScriptOf(scenario, version).isIndex) return undefined;
  return digestOf(version, "manifest");
}
