import { type Listing, listLayers } from "../content/listing.js";
import { nameOf, subtree, type Tree } from "../content/tree.js";
import { StandInError } from "../errors.js";
import { filesBelow } from "../image/files.js";
import type { ContainerState } from "../image/state.js";
import type { Source } from "./copy.js";
import type { Build } from "./stage.js";
import { findStage, type Stage } from "./stages.js";

/** Files that COPY and `--mount=type=bind` read. */
export interface Files {
  /** For messages. */
  where: string;
  listing: Listing;
  /** Reads a path of the listing with its content. */
  read(path: string): Promise<Source>;
  /** True when owners are kept; owners of the build context are those of the user's machine and are dropped. */
  hasOwners: boolean;
}

/**
 * Opens the build context, or the files of a stage or an image that `from` names.
 *
 * @throws {StandInError} `from` is the number of this stage or of a later one.
 */
export async function openSource(build: Build, stage: Stage, from: string | undefined): Promise<Files> {
  if (from === undefined) return ofContext(build.context);
  const before = build.plan.stages.slice(0, stage.index);
  const named = findStage(before, from) ?? (/^\d+$/.test(from) ? before[Number(from)] : undefined);
  if (named) return ofContainer(build, (await build.stage(named)).container, `stage ${from}`);
  if (/^\d+$/.test(from) || findStage(build.plan.stages, from)) {
    throw new StandInError(`from=${from} is not a stage before this one. Accepted: an earlier stage, or an image.`);
  }
  return ofContainer(build, await build.image(from, stage.platform), `the image ${from}`);
}

function ofContext(context: Tree): Files {
  return {
    where: "the build context (without what its .dockerignore names)",
    listing: context,
    read: async (path) => sourceIn(context, path),
    hasOwners: false,
  };
}

async function ofContainer({ session: { store } }: Build, state: ContainerState, where: string): Promise<Files> {
  return {
    where,
    listing: await listLayers(store, state.layers),
    read: async (path) => sourceIn(await filesBelow(store, state, path), path),
    hasOwners: true,
  };
}

function sourceIn(tree: Tree, path: string): Source {
  const entry = path === "" ? ({ type: "directory", mode: 0o755 } as const) : tree.get(path);
  if (!entry) throw new StandInError(`${path} can't be read.`);
  const content = entry.type === "directory" ? (subtree(tree, path) ?? new Map()) : new Map();
  return { name: nameOf(path), entry, content };
}
