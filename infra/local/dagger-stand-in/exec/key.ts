import { keyOf } from "../content/store.js";
import { treeDigest } from "../content/tree.js";
import type { ContainerState, Mount } from "../image/state.js";

export interface ExecOptions {
  args: string[];
  useEntrypoint?: boolean;
  expect?: "SUCCESS" | "FAILURE" | "ANY";
}

/**
 * Returns a key of everything that affects a command, without settings that only describe the image, such as labels.
 *
 * @param more Settings of a Dockerfile's command.
 */
export function execKey(state: ContainerState, options: ExecOptions, more?: unknown): string {
  const { Env, WorkingDir, User, Entrypoint } = state.config;
  return keyOf("exec 1", {
    platform: state.platform,
    layers: state.layers.map(({ digest }) => digest),
    Env,
    WorkingDir,
    User,
    Entrypoint: options.useEntrypoint ? Entrypoint : [],
    mounts: state.mounts.map(mountKey),
    options,
    // Absent, not null: keys of commands without such settings stay the same.
    ...(more !== undefined && { more }),
  });
}

function mountKey({ path, type, tree, readOnly }: Mount): unknown[] {
  return [path, type, treeDigest(tree), ...(readOnly ? ["ro"] : [])];
}
