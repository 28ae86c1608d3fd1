import { readFile } from "node:fs/promises";
import { BadInput, shown } from "./bad-input.js";

export type JsonObject = Record<string, unknown>;

/** File that describes a service: a target or a task definition. */
export type ServiceFile =
  | { kind: "target"; target: TargetKeys; notes: string[] }
  | { kind: "task definition"; taskDefinition: JsonObject };

/** Keys of a target that the rehearsal reads. The module validates the whole file. */
export interface TargetKeys extends JsonObject {
  region: string;
  cluster: string;
  service: string;
}

/** Target with all parameters of the local service. */
export interface UserTarget {
  region: string;
  account: string;
  cluster: string;
  service: string;
  family: string;
  container: string;
  containers?: string[];
  repository: string;
  containerPort?: number;
  cpu?: number;
  memory?: number;
  desiredCount?: number;
  url?: string;
  versionVariable?: string | false;
}

/** Maximum size of the file, in bytes: a task definition has at most 64 KiB. */
const LARGEST = 1 << 20;

/**
 * Reads the value of `--target`.
 *
 * @throws {BadInput} The file can't be read, is not JSON, or describes no service.
 */
export async function readServiceFile(path: string): Promise<ServiceFile> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    const reason = error.code === "ENOENT" ? "there is no such file" : error.message;
    throw new BadInput(`--target ${shown(path)} can't be read: ${reason}. ${accepted}`);
  });
  if (text.length > LARGEST) throw new BadInput(`--target ${shown(path)} is larger than 1 MiB. ${accepted}`);
  const json = parse(text, path);
  const described = isObject(json) && isObject(json.taskDefinition) ? json.taskDefinition : json;
  if (isObject(described) && Array.isArray(described.containerDefinitions))
    return { kind: "task definition", taskDefinition: described };
  const missing = ["region", "cluster", "service"].filter((key) => !isObject(json) || typeof json[key] !== "string");
  if (missing.length === 0) return { kind: "target", ...withoutOtherAccounts(json as TargetKeys) };
  throw new BadInput(
    `--target ${shown(path)} is neither a target (${missing.join(", ")} missing) nor a task definition (containerDefinitions missing). ${accepted}`,
  );
}

/** Reads the size and port of a service from the file beside its target, from which Terraform creates the service: `NAME.terraform.json`. */
export async function readTerraformFile(path: string): Promise<JsonObject> {
  const text = await readFile(path.replace(/\.json$/, ".terraform.json"), "utf8").catch(() => "{}");
  const json = parse(text, path);
  const known = ["containerPort", "cpu", "memory", "desiredCount"];
  if (!isObject(json)) return {};
  return Object.fromEntries(known.flatMap((key) => (Number.isInteger(json[key]) ? [[key, json[key]]] : [])));
}

const accepted =
  'Accepted: a target, such as { "region": "us-west-2", "cluster": "main", "service": "api" }, or what ' +
  "`aws ecs describe-task-definition --task-definition NAME` prints.";

function parse(text: string, path: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw new BadInput(`--target ${shown(path)} is not JSON: ${shown((error as Error).message)}. ${accepted}`);
  }
}

/** Omits keys of other accounts: the local AWS is one account without policies. */
function withoutOtherAccounts({ role, registry, ...target }: TargetKeys): { target: TargetKeys; notes: string[] } {
  const notes = [
    ...(role === undefined ? [] : ["role: not assumed; the local AWS has one user with all permissions"]),
    ...(registry === undefined ? [] : ["registry: ignored; the local AWS is one account, which has the repository"]),
  ];
  return { target: target as TargetKeys, notes };
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Returns the objects of a list; empty for another value. */
export function objects(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}
