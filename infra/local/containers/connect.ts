import Docker from "dockerode";
import { engineCandidates } from "./candidates.js";
import { EngineError, messageOf, NoEngineError } from "./errors.js";

/** Container engine on this machine, used through its Docker-compatible socket. */
export interface Engine {
  docker: Docker;
  /** Product, for differences of the API. */
  kind: "docker" | "podman";
  /** Such as `20.10.24`. */
  version: string;
  socketPath: string;
  /** Platform, in terms of image manifests, such as `linux/amd64`. */
  platform: { os: string; architecture: string };
}

/**
 * Connects to the user's local container engine and reads its version.
 *
 * @param env Environment with DOCKER_HOST, DOCKER_CONTEXT and XDG_RUNTIME_DIR.
 * @throws {RemoteEngineError} The user's settings name an engine on another machine.
 * @throws {EngineError} The engine of the user's settings can't be used.
 * @throws {NoEngineError} No engine answers; the message names every socket that was tried.
 */
export async function connectEngine(env: Record<string, string | undefined> = process.env): Promise<Engine> {
  const tried: string[] = [];
  for (const { path, source, chosen } of engineCandidates(env)) {
    try {
      return await openEngine(path);
    } catch (error) {
      if (chosen)
        throw new EngineError(`The container engine that ${source} names can't be used: ${path}: ${reason(error)}.`);
      tried.push(`${path} (${source}: ${reason(error)})`);
    }
  }
  throw new NoEngineError(
    `No container engine answers on this machine. Tried ${tried.join(", ")}. Install and start Docker or Podman.`,
  );
}

/** Connects to the engine on this socket. */
export async function openEngine(socketPath: string): Promise<Engine> {
  const docker = new Docker({ socketPath });
  const [version, info] = await Promise.all([docker.version(), docker.info()]);
  refuseUnreachable(info);
  const components = (version as { Components?: { Name: string }[] }).Components ?? [];
  return {
    docker,
    kind: components.some(({ Name }) => Name.startsWith("Podman")) ? "podman" : "docker",
    version: version.Version,
    socketPath,
    platform: { os: version.Os, architecture: version.Arch },
  };
}

function refuseUnreachable(info: { OperatingSystem?: string; SecurityOptions?: string[] | null }) {
  const rootless = info.SecurityOptions?.some((option) => option.includes("rootless"));
  const desktop = info.OperatingSystem === "Docker Desktop";
  if (!rootless && !desktop) return;
  throw new EngineError(
    `it is ${rootless ? "rootless" : "Docker Desktop"}, whose containers have no address on this machine; ` +
      "an engine that runs as root is needed, as at unix:///var/run/docker.sock",
  );
}

function reason(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "ENOENT") return "not there";
  if (code === "ECONNREFUSED") return "nothing listens";
  if (code === "EACCES") return "no permission: join its group, such as docker, or run as root";
  return messageOf(error);
}
