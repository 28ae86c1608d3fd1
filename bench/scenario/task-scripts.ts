import {
  containersOf,
  type JsonObject,
  type LoadBalancerTarget,
  objects,
  type TargetBehaviour,
  type TaskBehaviour,
  type TaskSpec,
} from "../../infra/local/aws/index.js";
import { target } from "./fixture.js";
import type { Scenario, TaskScript } from "./scenario.js";
import { isRelease } from "./versions.js";

/** Assigns a script to each task, by its revision's version and the number of earlier tasks of that version. */
export interface TaskScripts {
  /** Marks the deploy's start: new revisions follow the scenario's scripts, existing ones keep theirs. */
  begin(): void;
  behaviourOf(task: TaskSpec): TaskBehaviour;
  targetOf(target: LoadBalancerTarget): TargetBehaviour;
  /** Returns the script and the version of a task, by its ARN. */
  scriptOf(taskArn: string): { version: string; script: TaskScript } | undefined;
}

const usual = { pull: 5_000, start: 1_000, stop: 1_000 };
const healthyAfter = { container: 15_000, target: 10_000 };

export function createTaskScripts(scenario: Scenario): TaskScripts {
  const roles = new Map<string, { version: string; script: TaskScript }>();
  const started = new Map<string, number>();
  /** Revisions that existed before the deploy. */
  const old = new Set<string>();
  let hasBegun = false;

  function cast(task: TaskSpec): TaskScript {
    if (!task.group.startsWith("service:")) return oneOffScript(scenario, task);
    const version = versionOf(task.taskDefinition);
    const revision = String(task.taskDefinition.taskDefinitionArn);
    if (!hasBegun) old.add(revision);
    const number = started.get(version) ?? 0;
    started.set(version, number + 1);
    const scripts = old.has(revision) ? scriptsBefore(scenario, version, hasBegun) : scriptsOf(scenario, version);
    const script = scripts[Math.min(number, scripts.length - 1)] ?? {};
    roles.set(task.taskArn, { version, script });
    return script;
  }

  return {
    begin() {
      hasBegun = true;
      started.clear();
    },
    behaviourOf(task) {
      const { target: _, drain: _drain, serves: _serves, ...behaviour } = cast(task);
      const { check = "none" } = scenario.service ?? {};
      const isChecked = check === "container" || check === "both";
      const health = isChecked ? [{ after: healthyAfter.container, status: "HEALTHY" as const }] : [];
      return { ...usual, health, ...behaviour };
    },
    targetOf({ taskArn }) {
      const { target: health, drain } = roles.get(taskArn)?.script ?? {};
      return {
        health: health ?? [{ after: healthyAfter.target, state: "healthy" }],
        ...(drain !== undefined && { drain }),
      };
    },
    scriptOf: (taskArn) => roles.get(taskArn),
  };
}

/** Returns the VERSION in the environment of the service's container. */
export function versionOf(taskDefinition: JsonObject): string {
  const containers = containersOf(taskDefinition);
  const container = containers.find(({ name }) => name === target.container);
  const variable = objects(container?.environment).find(({ name }) => name === "VERSION")?.value;
  return typeof variable === "string" ? variable : "";
}

function scriptsOf(scenario: Scenario, version: string): TaskScript[] {
  const script = isRelease(scenario, version) ? scenario.release : scenario.others?.[version];
  return script?.tasks ?? [];
}

function scriptsBefore({ before }: Scenario, version: string, hasBegun: boolean): TaskScript[] {
  if (before?.broken?.includes(version)) return failing;
  if (hasBegun && before?.restarted) return before.restarted;
  return before?.tasks ?? (before?.completed === false ? failing : []);
}
const failing: TaskScript[] = [{ exit: { after: 0, code: 1 } }];

/** For RunTask: the command of the deployer's one-off tasks names their kind. */
function oneOffScript({ deployer }: Scenario, { overrides }: TaskSpec): TaskScript {
  const [{ command } = {}] = objects(overrides?.containerOverrides);
  const script = Array.isArray(command) && command[0] === "after" ? deployer?.after : deployer?.before;
  return { exit: { after: 10_000, code: 0 }, ...script };
}
