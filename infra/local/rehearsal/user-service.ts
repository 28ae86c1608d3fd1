import { mkdir, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { type AppDirectory, makeCommit, openAppDirectory } from "./app-directory.js";
import { convertTaskDefinition, repositoryName } from "./convert-task-definition.js";
import { type Container, containerOf, localTaskDefinition } from "./local-task-definition.js";
import type { ImageConfig } from "./published-image.js";
import type { StatedCheck } from "./request-check.js";
import type { ServiceDescription } from "./seed.js";
import {
  isObject,
  objects,
  readServiceFile,
  readTerraformFile,
  type TargetKeys,
  type UserTarget,
} from "./service-file.js";

/** Flags of calls of the module. */
export interface UserFlags {
  /** Constructor's flags: the user's target. */
  target: string[];
  /** Constructor's flags for the first version: the service that completes a short target does not exist yet. */
  first: string[];
  /** Flags of functions that build. */
  build: string[];
  /** Flags of functions that publish. */
  publish: string[];
}

/** User's service that is rehearsed. */
export interface UserService {
  /** Working directory of the module's calls. */
  cwd: string;
  target: UserTarget;
  /** Notes on the differences from the user's service. */
  notes: string[];
  /** Requests of the load, and the path of the public URL that they are below. */
  check: StatedCheck & { base: string };
  /** Options of the local AWS. */
  awsOptions: string[];
  /** Log groups that the task definition names. */
  logGroups: string[];
  /** Programs that the task definition starts in place of the image's. */
  entryPoints: string[];
  /** Writes the target files that the flags name. */
  writeFlags(directory: string): Promise<UserFlags>;
  /** Returns the parameters of the first version's service. @throws {BadInput} The port is ambiguous. */
  describe(config: ImageConfig, release: { image: string; version: string }): ServiceDescription;
}

/** Arguments that name the user's service, with absolute paths. */
export interface UserServiceOptions {
  app: string;
  target: string;
  container: string[];
}

/**
 * Reads the user's service.
 *
 * @throws {BadInput} The directory or the file does not describe a service.
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

/** Returns the keys that apply locally: a target becomes one container, and images are built for this machine. */
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

/** Returns a short target: the module reads the rest from the local service, as from a live one. */
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

/** Returns the first check of the target: its version, an expectation, or else the path /. */
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
  return [
    `${path} has no git commit: the rehearsal uses an empty one. A deploy needs one: git init, git add, git commit`,
  ];
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
