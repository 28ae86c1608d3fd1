/**
 * The local AWS for the rest of the repository: the server, the version without sockets, faults, clocks, and the parts of the local ECS that
 * simulations replace or read. Nothing else of this folder is imported from outside, except by tests and, for a fast start, by the rehearsal
 * (`partition.ts`, `state.ts`).
 */

export { type Clock, systemClock } from "./clock.js";
export { createContainerTaskRuntime } from "./ecs/container-runtime/container-task-runtime.js";
export { awsTiming, type EcsTiming, rehearsalTiming } from "./ecs/ecs-timing.js";
export { functionNameOf, type HookFunctions, notFound, throttled } from "./ecs/hook-functions.js";
export {
  type EcsState,
  emptyState,
  type LifecycleStage,
  type ServiceDeploymentRecord,
  type ServiceRecord,
  type TaskRecord,
} from "./ecs/model/ecs-state.js";
export { type FargateQuotas, usualQuotas } from "./ecs/model/fargate-quotas.js";
export { containersOf, object, objects } from "./ecs/model/task-definition-json.js";
export { checkTaskDefinition } from "./ecs/operations/task-definitions/task-definition-rules.js";
export { seededRandom } from "./ecs/seeded-random.js";
export { createSimulatedFunctions, type FunctionBehaviour } from "./ecs/simulated-tasks/simulated-functions.js";
export {
  createSimulatedLoadBalancer,
  type TargetBehaviour,
} from "./ecs/simulated-tasks/simulated-load-balancer.js";
export {
  createSimulatedRuntime,
  type SimulatedRuntime,
  type TaskBehaviour,
} from "./ecs/simulated-tasks/simulated-runtime.js";
export type { LoadBalancerTarget, TaskEvent, TaskListener, TaskRuntime, TaskSpec } from "./ecs/task-runtime.js";
export { createInProcessAws, type InProcessAws } from "./in-process.js";
export { createLoadBalancer } from "./load-balancer/index.js";
export { createListenerRules, type ListenerRules } from "./load-balancer/listener-rules.js";
export { chooseRoute } from "./load-balancer/routing.js";
export type { LocalAwsOptions, RuntimeContext } from "./local-aws-options.js";
export { createFaults, type Fault, type FaultRule, type RuledFaults } from "./protocol/faults.js";
export type { PolicyStatement } from "./protocol/policy.js";
export type { Principal } from "./protocol/principals.js";
export { aborted, reset, type SdkRequestHandler } from "./protocol/request-handler.js";
export { AwsError, type Json, type JsonObject, type Service } from "./protocol/service.js";
export type { ServingLoadBalancer } from "./route.js";
export { startLocalAws } from "./server.js";
export type { StateDirectory } from "./state.js";
export { createVirtualClock } from "./virtual-clock.js";
