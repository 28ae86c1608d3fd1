import type { Blob } from "../content/store.js";
import type { Tree } from "../content/tree.js";

/** An uncompressed layer in the store: its digest is its diff id too. */
export interface Layer extends Blob {
  /** Command that made the layer, for the image's history. */
  createdBy: string;
}

/** The `config` of an OCI image, with Docker's health check: https://github.com/opencontainers/image-spec/blob/main/config.md */
export interface ImageConfig {
  User?: string;
  ExposedPorts?: Record<string, object>;
  /** `NAME=value`. */
  Env?: string[];
  Entrypoint?: string[];
  Cmd?: string[];
  WorkingDir?: string;
  Labels?: Record<string, string>;
  StopSignal?: string;
  Volumes?: Record<string, object>;
  /** Instructions that run when an image is built from this one: Docker's extension. */
  OnBuild?: string[];
  Healthcheck?: Healthcheck;
}

/** Times in nanoseconds. */
export interface Healthcheck {
  Test: string[];
  Interval?: number;
  Timeout?: number;
  StartPeriod?: number;
  StartInterval?: number;
  Retries?: number;
}

/** Mounts and secrets of a container. They are never part of the image. */
export interface Mount {
  type: "directory" | "file";
  path: string;
  /** Set for a mounted file. */
  tree: Tree;
  /** Read-only for commands. */
  readOnly?: boolean;
}

/** Reads a secret's plaintext. It is read at the last moment and never stored. */
export interface SecretValue {
  /** Identity of the secret, which does not reveal its value. */
  key: string;
  plaintext(): Promise<string>;
}

interface ExecResult {
  stdout: string;
  stderr: string;
  exitCode: number;
}

/** State of a container. Immutable. */
export interface ContainerState {
  /** Such as `linux/amd64`. */
  platform: string;
  layers: Layer[];
  config: ImageConfig;
  mounts: Mount[];
  registryAuth: { address: string; username: string; secret: SecretValue }[];
  /** Image that the container started from, by digest. */
  imageRef?: string;
  /** Result of the last command. */
  last?: ExecResult;
}

export function scratchState(platform: string): ContainerState {
  return { platform, layers: [], config: {}, mounts: [], registryAuth: [] };
}
