import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { parseTarget, type Target as ServiceTarget } from "../../ci/lib/config/target.js";
import { statedTarget } from "../../ci/lib/ecs/resolve-target.js";

/** A target that states everything from which a simulation creates its service. */
export type CompleteTarget = ServiceTarget & { containerPort: number; created: Created };

/** Settings that the service is created with and a deploy keeps. */
interface Created {
  cpu: number;
  memory: number;
  desiredCount: number;
}

/**
 * Reads a target and, beside it, what Terraform creates its service with.
 * @param url The target's file.
 * @throws Error where the files leave something out: no service exists to read it from.
 */
export async function readCompleteTarget(url: URL): Promise<CompleteTarget> {
  const name = basename(fileURLToPath(url));
  const beside = new URL(name.replace(/\.json$/, ".terraform.json"), url);
  const target = statedTarget(parseTarget(await readFile(url, "utf8"), name));
  const { containerPort, ...created } = JSON.parse(await readFile(beside, "utf8")) as Created & {
    containerPort: number;
  };
  if (target) return { ...target, containerPort, created };
  throw new Error(`infra/targets/${name} must state account, family, container and repository.`);
}
