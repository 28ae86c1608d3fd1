import type { Clock } from "../../infra/local/aws/clock.js";
import { createEcs } from "../../infra/local/aws/ecs/index.js";
import { type EcsState, emptyState } from "../../infra/local/aws/ecs/model/state.js";
import { seededRandom } from "../../infra/local/aws/ecs/random.js";
import { createSimulatedLoadBalancer } from "../../infra/local/aws/ecs/simulated/load-balancer.js";
import { createSimulatedRuntime, type SimulatedRuntime } from "../../infra/local/aws/ecs/simulated/runtime.js";
import { awsTiming } from "../../infra/local/aws/ecs/timing.js";
import type { StateDirectory } from "../../infra/local/aws/state.js";
import { accessesOf, authorize } from "../../infra/local/aws/wire/authorize.js";
import { serviceModel } from "../../infra/local/aws/wire/model.js";
import type { Principal } from "../../infra/local/aws/wire/principals.js";
import { AwsError, type Caller, type JsonObject, type Service } from "../../infra/local/aws/wire/service.js";
import { validateInput } from "../../infra/local/aws/wire/validate.js";
import { missingMember } from "../../infra/local/aws/wire/wording.js";
import { type Casting, castTasks } from "./behaviour.js";
import { createLogService } from "./log-service.js";
import { digestOf, imageOf, target } from "./names.js";
import { createRegistry, imageOf as imageScriptOf } from "./registry.js";
import type { Scenario } from "./scenario.js";

/** A call of one of AWS's operations, as it is on the wire. */
export interface Call {
  /** The signing name: `ecs`, `ecr`, `logs`. */
  service: string;
  operation: string;
  input: JsonObject;
}

/** The local AWS of one world, in process: its services, and what can be known of it without asking them. */
export interface LocalAws {
  /** Carries out a call as the wire would after its signature was found good: checks its members and the caller's permissions. */
  answer(call: Call, principal: Principal): Promise<JsonObject>;
  /** Everything that ECS remembers: for those who judge, not for those who are judged. */
  state: EcsState;
  casting: Casting;
  runtime: SimulatedRuntime;
}

/** @param changed Told after every change of ECS's state. */
export async function createLocalAws(
  scenario: Scenario,
  seed: number,
  clock: Clock,
  changed: () => void,
): Promise<LocalAws> {
  const casting = castTasks(scenario);
  const runtime = createSimulatedRuntime(clock, casting.behaviourOf);
  const state = emptyState();
  const ecs = await createEcs({
    clock,
    timing: { ...awsTiming, ...scenario.aws?.timing },
    runtime,
    loadBalancer: createSimulatedLoadBalancer(clock, casting.targetOf),
    state: inMemory(state, changed),
    random: seededRandom(seed),
    rollbackId: scenario.aws?.rollbackId ?? "old",
    resolveImage: async (image) => manifestOf(scenario, image),
  });
  const services = [ecs.service, createRegistry(scenario, versionsIn(scenario), clock.now()), createLogService()];
  const byName = new Map(services.map((service) => [service.signingName, service]));
  return { answer: (call, principal) => answer(byName, call, principal), state, casting, runtime };
}

async function answer(services: Map<string, Service>, call: Call, principal: Principal): Promise<JsonObject> {
  const { service, operation, input } = call;
  const run = services.get(service)?.operations[operation];
  if (!run) throw new AwsError("UnknownOperationException", `${service}:${operation} is not offered here.`);
  const model = serviceModel(service);
  const shape = model.input(operation);
  const missing = missingMember[service];
  if (!shape || !missing) throw new Error(`The API's model has no ${service}:${operation}.`);
  const checked = validateInput(operation, shape, input, missing);
  const caller = callerOf(principal);
  for (const access of accessesOf(service, operation, checked, caller)) authorize(principal, access);
  try {
    return await run(checked, caller);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw new AwsError(error.code, error.message, model.errorStatus(error.code) ?? error.status, error.fields);
  }
}

function callerOf({ accessKeyId, arn }: Principal): Caller {
  const { account, region } = target;
  return { accountId: account, region, accessKeyId, arn, requestId: "request", authority: "in.process" };
}

/** What is saved is told at once, and written nowhere. */
function inMemory(state: EcsState, changed: () => void): StateDirectory {
  return {
    path: "in memory",
    document: <T extends object>() => ({ value: state as unknown as T, save: changed, flush: async () => {} }),
  };
}

/** Of an index, ECS resolves the manifest in it; of a single image there is nothing to resolve. */
function manifestOf(scenario: Scenario, image: string): string | undefined {
  const version = versionsIn(scenario).find((one) => imageOf(one) === image);
  if (version === undefined || !imageScriptOf(scenario, version).isIndex) return undefined;
  return digestOf(version, "manifest");
}

/** Every version that the scenario names. */
export function versionsIn(scenario: Scenario): string[] {
  const { others = {}, interventions = [] } = scenario;
  const deployed = interventions.flatMap((one) => (one.do === "deploy" ? [one.version] : []));
  return [...new Set([...versionsBefore(scenario), releaseOf(scenario), ...Object.keys(others), ...deployed])];
}

export function versionsBefore({ before }: Scenario): string[] {
  return before?.versions ?? ["v1.0.0"];
}

export function releaseOf({ release }: Scenario): string {
  return release?.version ?? "v2.0.0";
}
