import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { RemoteRuntimeError } from "./errors.js";

/** Unix socket of a possible container runtime, and the setting that names it. */
export interface Candidate {
  path: string;
  /** Such as `DOCKER_HOST` or `Podman's default`. */
  source: string;
  /** Set by the user: no other runtime is used in its place. */
  chosen: boolean;
}

type Environment = Record<string, string | undefined>;

/**
 * Returns the sockets to try, in order. A socket set by the user (DOCKER_CONTEXT, DOCKER_HOST, `docker context use`) is the only one.
 *
 * @throws {RemoteRuntimeError} The user's setting is not a unix socket.
 */
export function runtimeCandidates(env: Environment, home: string = homedir()): Candidate[] {
  const config = env.DOCKER_CONFIG || join(home, ".docker");
  // The docker CLI's own order: https://docs.docker.com/engine/manage-resources/contexts/
  if (env.DOCKER_CONTEXT) return context(config, env.DOCKER_CONTEXT, "DOCKER_CONTEXT");
  if (env.DOCKER_HOST) return [chosen(env.DOCKER_HOST, "DOCKER_HOST", "Unset DOCKER_HOST")];
  const current = readJson(join(config, "config.json"))?.currentContext;
  if (typeof current === "string" && current !== "default") return context(config, current, "docker context");
  return defaults(env);
}

function defaults(env: Environment): Candidate[] {
  const runtimeDir = env.XDG_RUNTIME_DIR;
  return [
    { path: "/var/run/docker.sock", source: "Docker's default", chosen: false },
    { path: "/run/podman/podman.sock", source: "Podman's default", chosen: false },
    ...(runtimeDir
      ? [{ path: join(runtimeDir, "podman/podman.sock"), source: "Podman's default for a user", chosen: false }]
      : []),
  ];
}

function context(config: string, name: string, source: string): Candidate[] {
  if (name === "default") return [chosen("unix:///var/run/docker.sock", `${source} "default"`, "")];
  const id = createHash("sha256").update(name).digest("hex");
  const meta = readJson(join(config, "contexts/meta", id, "meta.json"));
  const host = (meta?.Endpoints as { docker?: { Host?: string } } | undefined)?.docker?.Host;
  const remedy = 'Choose another, as with "docker context use default"';
  return [chosen(host ?? "(unknown: no such context)", `${source} "${name}"`, remedy)];
}

function chosen(host: string, source: string, remedy: string): Candidate {
  if (host.startsWith("unix:///")) return { path: host.slice("unix://".length), source, chosen: true };
  throw new RemoteRuntimeError(
    `${source} names the container runtime ${withoutPassword(host)}, which is not on this machine. Only a local unix socket ` +
      `(unix:///path) is used: addresses and ports of containers elsewhere can't be reached from here. ${remedy} and try again.`,
  );
}

function withoutPassword(host: string): string {
  return host.replace(/:[^:@/]*@/, ":***@");
}

function readJson(path: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
