import type { Blob } from "../content/store.js";
import type { Tree } from "../content/tree.js";

/** An uncompressed layer in the store: its digest is its diff id too. */
export interface Layer extends Blob {
  /** What made it, for the image's history. */
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
  /** Instructions that run when an image is built from this one; Docker's, not OCI's. */
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

/** What a container sees beside its image's files. None of it is ever part of the image. */
export interface Mount {
  type: "directory" | "file";
  path: string;
  /** Of a file: that file alone. */
  tree: Tree;
  /** A command can't write to it. */
  readOnly?: boolean;
}

/** How to get a secret's plaintext. It is asked for at the last moment and kept nowhere. */
export interface SecretValue {
  /** Tells this secret from others without telling what it is. */
  key: string;
  plaintext(): Promise<string>;
}

export interface ExecResult {
  stdout: string;
  stderr: string;
  exitCode: number;
}

/** All that a container is. Never changed, only replaced. */
export interface ContainerState {
  /** Such as `linux/amd64`. */
  platform: string;
  layers: Layer[];
  config: ImageConfig;
  mounts: Mount[];
  registryAuth: { address: string; username: string; secret: SecretValue }[];
  /** The image it began with, by digest. */
  imageRef?: string;
  /** Of the last command that ran in it. */
  last?: ExecResult;
}

export function scratchState(platform: string): ContainerState {
  return { platform, layers: [], config: {}, mounts: [], registryAuth: [] };
}
