import { mkdir, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { type AppDirectory, makeCommit, openAppDirectory } from "./app-directory.js";
import { convertTaskDefinition, repositoryName } from "./convert-task-definition.js";
import { type Container, containerOf, localTaskDefinition } from "./local-task-definition.js";
import type { ImageConfig } from "./published-image.js";
import type { StatedCheck } from "./request-check.js";
import type { ServiceDescription } from "./seed.js";
import { isObject, objects, readServiceFile, readTerraformFile, type TargetKeys } from "./service-file.js";

/** A target with all that the local service is made of. */
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

/** Flags of the module's calls. */
export interface UserFlags {
  /** Before the function: the user's target. */
  target: string[];
  /** The same for the first version, before the service exists that a short target is completed from. */
  first: string[];
  /** Of functions that build. */
  build: string[];
  /** Of functions that publish. */
  publish: string[];
}

/** A service of the user's that is rehearsed. */
export interface UserService {
  /** The directory that the module is called in. */
  cwd: string;
  target: UserTarget;
  /** What of the rehearsal differs from the user's service. */
  notes: string[];
  /** The requests of the load, and the path of the public URL that they are below. */
  check: StatedCheck & { base: string };
  /** Options of the local AWS. */
  awsOptions: string[];
  /** Log groups that the task definition names. */
  logGroups: string[];
  /** Programs that the task definition starts in place of the image's own. */
  entryPoints: string[];
  /** Writes the files that the calls name. */
  writeFlags(directory: string): Promise<UserFlags>;
  /** Makes the service of the first version from its image. @throws {BadInput} */
  describe(config: ImageConfig, release: { image: string; version: string }): ServiceDescription;
}

/** The arguments that name the user's service, their paths absolute. */
export interface UserServiceOptions {
  app: string;
  target: string;
  container: string[];
}

/**
 * Reads the user's service. Changes nothing.
 *
 * @throws {BadInput} The directory or the file does not describe one.
 */
export async function openUserService({ app, target: path, container }: UserServiceOptions): Promise<UserService> {
  const file = await readServiceFile(path);
  const given = file.kind === "target" ? undefined : convertTaskDefinition(file.taskDefinition, container);
  const stated = file.kind === "target" ? localKeys(file.target) : { keys: targetFileOf(given?.target), notes: [] };
  const target = given?.target ?? completed({ ...(await readTerraformFile(path)), ...stated.keys });
  const check = statedCheck(stated.keys);
  const directory = await openAppDirectory(app, buildKeys(stated.keys), basename(path));
  const name = /^[\w.-]+\.json$/.test(basename(path)) && file.kind === "target" ? basename(path, ".json") : "rehearsal";
  return {
    cwd: app,
    target,
    check,
    notes: [
      ...(file.kind === "target" ? file.notes : []),
      ...stated.notes,
      ...(given?.notes ?? []),
      ...commitNote(directory),
    ],
    awsOptions: [
      "--account",
      target.account,
      "--health-path",
      `${check.base}${check.path}`,
      "--health-codes",
      "200-499",
    ],
    logGroups: given?.containers.flatMap(groupOf) ?? [],
    entryPoints: given?.containers.flatMap(({ entryPoint = [] }) => entryPoint.slice(0, 1)) ?? [],
    writeFlags: (to) => writeFlags(to, name, stated.keys, target, directory),
    describe(config, release) {
      const containers = given?.containers ?? [containerOf(target, config)];
      const [first] = containers;
      const { containerPort } = first?.portMappings?.[0] ?? {};
      return {
        taskDefinition: localTaskDefinition(target, containers, release, given?.rest),
        ...(first && containerPort !== undefined && { balanced: { containerName: first.name, containerPort } }),
      };
    },
  };
}

function groupOf({ logConfiguration }: Container): string[] {
  const group = logConfiguration?.options?.["awslogs-group"];
  return group === undefined ? [] : [group];
}

/** Only one container is made of a target, and images are built for this machine. */
function localKeys({ containers, platform, ...target }: TargetKeys): { keys: TargetKeys; notes: string[] } {
  const [first] = Array.isArray(containers) ? containers : [];
  const several = Array.isArray(containers) && containers.length > 1;
  const machine = `linux/${process.arch === "arm64" ? "arm64" : "amd64"}`;
  const isForeign = platform !== undefined && platform !== machine;
  return {
    keys: {
      ...target,
      ...(target.container === undefined && first !== undefined && { container: first }),
    } as TargetKeys,
    notes: [
      ...(several
        ? [`containers: only ${String(target.container ?? first)} runs; pass the task definition for all of them`]
        : []),
      ...(isForeign ? [`platform: built for this machine's ${machine}, not for ${String(platform)}`] : []),
    ],
  };
}

/** A short target, so that the module reads the rest from the local service as it would from the live one. */
function targetFileOf(target: UserTarget | undefined): TargetKeys {
  const { region = "", cluster = "", service = "", account, containers } = target ?? {};
  return { region, cluster, service, account, ...(containers && { containers }) };
}

function completed(file: TargetKeys): UserTarget {
  const text = (key: string, byDefault: string) => (typeof file[key] === "string" ? String(file[key]) : byDefault);
  return {
    ...file,
    account: text("account", "123456789012"),
    family: text("family", file.service),
    container: text("container", "app"),
    repository: text("repository", repositoryName(file.service)),
  };
}

function buildKeys({ build }: TargetKeys): { context?: string; dockerfile?: string } {
  const { context, dockerfile } = Object(build) as Record<string, unknown>;
  return { ...(typeof context === "string" && { context }), ...(typeof dockerfile === "string" && { dockerfile }) };
}

/** What the target checks first: its version, an expectation, or else the start page. */
function statedCheck({ url, versionCheck, expectations }: TargetKeys): StatedCheck & { base: string } {
  const base = typeof url === "string" && URL.canParse(url) ? new URL(url).pathname.replace(/\/+$/, "") : "";
  const [expected] = objects(expectations);
  const { path, pointer, header } = isObject(versionCheck) ? versionCheck : { path: expected?.path };
  return {
    base,
    path: typeof path === "string" && path.startsWith("/") ? path : "/",
    ...(versionCheck === false && { version: false }),
    ...(typeof pointer === "string" && { version: { pointer } }),
    ...(typeof header === "string" && { version: { header } }),
  };
}

function commitNote({ hasCommit, path }: AppDirectory): string[] {
  if (hasCommit) return [];
  return [`${path} has no git commit: an empty one stands for it. A deploy needs one: git init, git add, git commit`];
}

async function writeFlags(
  to: string,
  name: string,
  keys: TargetKeys,
  { account, family, container, repository }: UserTarget,
  { flags, hasCommit }: AppDirectory,
): Promise<UserFlags> {
  const [targets, first, commit] = [join(to, "targets"), join(to, "first"), join(to, "commit")];
  await rm(to, { recursive: true, force: true });
  await Promise.all([targets, first].map((path) => mkdir(path, { recursive: true, mode: 0o700 })));
  const { containers: _, ...complete }: TargetKeys = { ...keys, account, family, container, repository };
  await writeFile(join(targets, `${name}.json`), JSON.stringify(keys, null, 2));
  await writeFile(join(first, `${name}.json`), JSON.stringify(complete, null, 2));
  if (!hasCommit) await makeCommit(commit);
  return {
    target: ["--targets", targets, "--target", name],
    first: ["--targets", first, "--target", name],
    build: flags,
    publish: hasCommit ? [] : ["--repository", commit],
  };
}
