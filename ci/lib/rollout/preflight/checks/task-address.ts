import type { PreflightFacts } from "../facts.js";
import type { Finding } from "../finding.js";

/** `verifyTasks` sends requests to each task's own address, which only the network mode awsvpc gives it. */
export function taskAddress({ target, next }: PreflightFacts): Finding[] {
  if (!target.verifyTasks || next.networkMode === "awsvpc") return [];
  return [
    {
      id: "verify-tasks",
      level: "warning",
      what: `"verifyTasks" in the target has no effect: with the network mode ${String(next.networkMode ?? "bridge")} a task has no address of its own.`,
      fix: 'Remove "verifyTasks" from the target, or use the network mode awsvpc.',
    },
  ];
}
