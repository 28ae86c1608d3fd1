import { statedTarget } from "../ci/src/resolve-target.js";
import { parseTarget, type Target as ServiceTarget } from "../ci/src/target.js";

/** A target that states everything from which a simulation creates its service. */
export type Target = ServiceTarget & { containerPort: number; desiredCount: number };

/** @throws Error where the file leaves something out: no service exists to read it from. */
export function completeTarget(json: string, path: string): Target {
  const target = statedTarget(parseTarget(json, path));
  if (target?.containerPort !== undefined && target.desiredCount !== undefined) return target as Target;
  throw new Error(`${path} must state account, family, container, repository, containerPort and desiredCount.`);
}
