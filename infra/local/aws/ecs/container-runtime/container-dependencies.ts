import type { Clock } from "../../clock.js";
import { type Condition, type ContainerPlan, number } from "./container-plan.js";
import type { ContainerRun } from "./container-run.js";
import { TaskFailure } from "./task-failure.js";

/** Fargate's default for a dependency's `startTimeout`, in seconds. */
const defaultStartTimeout = 180;

/**
 * Waits until a container that another one depends on meets the condition.
 *
 * @throws {TaskFailure} It can't meet it, or did not within its start timeout.
 */
export async function waitForDependency(
  on: ContainerRun,
  condition: Condition,
  target: ContainerPlan,
  clock: Clock,
): Promise<void> {
  if (condition === "START") return;
  const seconds = number(on.plan.definition.startTimeout) ?? defaultStartTimeout;
  let cancel = () => {};
  const tooLate = new Promise<never>((_, reject) => {
    cancel = clock.after(seconds * 1000, () =>
      reject(
        unresolved(
          `container ordering dependency [${on.plan.name}] for target [${target.name}] has timed out.`,
          target,
        ),
      ),
    );
  });
  try {
    await Promise.race([met(on, condition, target), tooLate]);
  } finally {
    cancel();
  }
}

async function met(on: ContainerRun, condition: Condition, target: ContainerPlan): Promise<void> {
  const fails = (why: string) =>
    unresolved(
      `failed to resolve container ordering dependency [${on.plan.name}] for target [${target.name}] as dependency ${why}.`,
      target,
    );
  if (condition === "HEALTHY") {
    const ended = on.ended.then(() => {
      throw fails("has stopped");
    });
    return Promise.race([on.healthy, ended]);
  }
  const { exitCode } = await on.ended;
  if (condition === "SUCCESS" && exitCode !== 0) throw fails("did not exit successfully");
}

/** Returns the failure as the ECS agent words it. */
function unresolved(what: string, { name }: ContainerPlan): TaskFailure {
  return new TaskFailure("Task failed to start", name, `dependency graph: ${what}`);
}
