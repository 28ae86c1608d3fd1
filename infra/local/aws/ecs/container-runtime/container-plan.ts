import type { Json, JsonObject } from "../../protocol/service.js";
import { containersOf, object, objects } from "../model/task-definition-json.js";
import type { TaskSpec } from "../task-runtime.js";

export type Condition = "START" | "HEALTHY" | "COMPLETE" | "SUCCESS";

/** Container of a task, with RunTask's overrides applied. */
export interface ContainerPlan {
  name: string;
  image: string;
  essential: boolean;
  dependsOn: { container: string; condition: Condition }[];
  /** Seconds from SIGTERM to SIGKILL. */
  stopTimeout: number;
  /** As registered, overrides applied. */
  definition: JsonObject;
}

/** Default stop timeout on Fargate, in seconds. */
const defaultStopTimeout = 30;

/** Returns the task's containers in the order in which they start: each after those that it depends on. */
export function planContainers({ taskDefinition, overrides }: TaskSpec): ContainerPlan[] {
  const overridden = objects(object(overrides).containerOverrides);
  const plans = containersOf(taskDefinition).map((definition) =>
    plan(applyOverride(definition, overridden.find(({ name }) => name === definition.name) ?? {})),
  );
  return inOrder(plans);
}

export function strings(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

/** Returns a number of the definition; undefined for any other value. */
export function number(value: Json | undefined): number | undefined {
  return typeof value === "number" ? value : undefined;
}

function plan(definition: JsonObject): ContainerPlan {
  return {
    name: String(definition.name),
    image: String(definition.image),
    essential: definition.essential !== false,
    dependsOn: [
      ...objects(definition.dependsOn).map(({ containerName, condition }) => ({
        container: String(containerName),
        condition: condition as Condition,
      })),
      // A link requires that its container has started.
      ...strings(definition.links).map((link) => ({
        container: link.split(":")[0] ?? "",
        condition: "START" as const,
      })),
    ],
    stopTimeout: number(definition.stopTimeout) ?? defaultStopTimeout,
    definition,
  };
}

/** Members that RunTask's overrides replace. Any other would bypass the checks of RegisterTaskDefinition. */
const REPLACED = ["command", "cpu", "memory", "memoryReservation"];

/** Applies an override: environment variables are merged by name, other members are replaced. */
function applyOverride(definition: JsonObject, override: JsonObject): JsonObject {
  const { environment } = override;
  const others = Object.fromEntries(Object.entries(override).filter(([name]) => REPLACED.includes(name)));
  const named = new Map(
    [...objects(definition.environment), ...objects(environment)].map((variable) => [variable.name, variable]),
  );
  return { ...definition, ...others, environment: [...named.values()] };
}

function inOrder(plans: ContainerPlan[]): ContainerPlan[] {
  const ordered: ContainerPlan[] = [];
  const visit = (plan: ContainerPlan, above: string[]) => {
    if (ordered.includes(plan) || above.includes(plan.name)) return;
    for (const { container } of plan.dependsOn) {
      const dependency = plans.find(({ name }) => name === container);
      if (dependency) visit(dependency, [...above, plan.name]);
    }
    ordered.push(plan);
  };
  for (const plan of plans) visit(plan, []);
  return ordered;
}
