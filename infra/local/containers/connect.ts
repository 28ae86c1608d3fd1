import Docker from "dockerode";
import { runtimeCandidates } from "./candidates.js";
import { ContainerRuntimeError, messageOf, NoRuntimeError } from "./errors.js";

/** Container runtime on this machine, used through its Docker-compatible socket. */
export interface ContainerRuntime {
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
 * Connects to the user's local container runtime and reads its version.
 *
 * @param env Environment with DOCKER_HOST, DOCKER_CONTEXT and XDG_RUNTIME_DIR.
 * @throws {RemoteRuntimeError} The user's settings name a runtime on another machine.
 * @throws {ContainerRuntimeError} The runtime of the user's settings can't be used.
 * @throws {NoRuntimeError} No runtime answers; the message names every socket that was tried.
 */
export async function connectRuntime(env: Record<string, string | undefined> = process.env): Promise<ContainerRuntime> {
  const tried: string[] = [];
  for (const { path, source, chosen } of runtimeCandidates(env)) {
    try {
      return await openRuntime(path);
    } catch (error) {
      if (chosen)
        throw new ContainerRuntimeError(
          `The container runtime that ${source} names can't be used: ${path}: ${reason(error)}.`,
        );
      tried.push(`${path} (${source}: ${reason(error)})`);
    }
  }
  throw new NoRuntimeError(
    `No container runtime answers on this machine. Tried ${tried.join(", ")}. Install and start Docker or Podman.`,
  );
}

/** Connects to the runtime on this socket. */
export async function openRuntime(socketPath: string): Promise<ContainerRuntime> {
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
  throw new ContainerRuntimeError(
    `it is ${rootless ? "rootless" : "Docker Desktop"}, whose containers have no address on this machine; ` +
      "a runtime that runs as root is needed, as at unix:///var/run/docker.sock",
  );
}

function reason(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "ENOENT") return "not there";
  if (code === "ECONNREFUSED") return "nothing listens";
  if (code === "EACCES") return "no permission: join its group, such as docker, or run as root";
  return messageOf(error);
}
