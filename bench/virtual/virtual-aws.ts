import {
  awsTiming,
  type Clock,
  createFaults,
  createInProcessAws,
  createSimulatedLoadBalancer,
  createSimulatedRuntime,
  type EcsState,
  emptyState,
  type InProcessAws,
  type JsonObject,
  type RuledFaults,
  type Service,
  type SimulatedRuntime,
  type StateDirectory,
  type TaskSpec,
} from "../../infra/local/aws/index.js";
import { concurrentDeployer, logGroup, operator, target } from "../scenario/fixture.js";
import { type Call, createPublisher, type PublishedImage } from "../scenario/images.js";
import type { Scenario } from "../scenario/scenario.js";
import { createTaskScripts, type TaskScripts } from "../scenario/task-scripts.js";
import { imageScriptOf, versionsIn } from "../scenario/versions.js";

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
  /** Returns the image of a version of the scenario. */
  imageOf(version: string): PublishedImage;
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
    logs.append(logGroup, `ecs/${target.container}/${taskId}`, [{ timestamp: clock.now(), message: "starting" }]);
  }
  const callAsOperator: Call = (service, operation, input) => call(service, operation, input, operator);
  await callAsOperator("ecr", "CreateRepository", {
    repositoryName: target.repository,
    imageTagMutability: "IMMUTABLE",
  });
  const publish = createPublisher(callAsOperator, target, { asIndex: true });
  for (const version of versionsIn(scenario))
    images.set(version, await publish(version, imageScriptOf(scenario, version)));
  await callAsOperator("logs", "CreateLogGroup", { logGroupName: logGroup });
  const listenersByKey = {
    [credentials.accessKeyId]: listeners.done,
    [concurrentDeployer.accessKeyId]: listeners.doneConcurrently,
  };
  reportCompletedCalls(aws.ecs.service, listenersByKey);
  const imageOf = (version: string) => images.get(version) as PublishedImage;
  return { call, requestHandler, credentials, state, taskScripts, runtime, imageOf, faults, deny };
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
    document: <T extends object>(name: string, initial: () => T) =>
      name === "ecs"
        ? { value: state as unknown as T, save: changed, flush: async () => {} }
        : { value: initial(), save: () => {}, flush: async () => {} },
  };
}
