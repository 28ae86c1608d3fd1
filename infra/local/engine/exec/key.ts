import { keyOf } from "../content/store.js";
import { treeDigest } from "../content/tree.js";
import type { ContainerState, Mount } from "../image/state.js";
import type { ExecOptions } from "./run.js";

/** Everything that decides what a command does, and nothing that only describes the image, such as its labels. */
export function execKey(state: ContainerState, options: ExecOptions): string {
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
  });
}

function mountKey({ path, type, tree }: Mount): unknown[] {
  return [path, type, treeDigest(tree)];
}
