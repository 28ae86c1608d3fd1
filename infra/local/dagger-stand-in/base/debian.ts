import { rm } from "node:fs/promises";
import { listLayers } from "../content/listing.js";
import { packLayer } from "../content/pack.js";
import { keyOf } from "../content/store.js";
import { type Entry, type Tree, withEntries } from "../content/tree.js";
import { StandInError } from "../errors.js";
import { imageDocuments } from "../image/manifest.js";
import { type ContainerState, type Layer, scratchState } from "../image/state.js";
import type { Session } from "../session/session.js";
import { finishTree } from "./finish.js";
import { withNodeUser } from "./node.js";
import { unpackPackages } from "./packages.js";
import { defaultPlatform } from "./platform.js";
import type { Recipe } from "./recipes.js";

/** Stored layer. */
interface Made extends Layer {
  /** Description of the files that are not from Debian's packages. */
  version?: string;
}

/**
 * Makes a base from this machine's Debian or Ubuntu packages and stores it; the first time takes about 20 s for Python.
 *
 * @throws {StandInError} The requested platform is not this machine's.
 */
export async function packagedBase(
  session: Session,
  platform: string,
  recipe: Recipe,
): Promise<{ state: ContainerState; description: string }> {
  if (platform !== defaultPlatform()) {
    throw new StandInError(
      `The base ${recipe.name} can be made from packages for ${defaultPlatform()} only, not for ${platform}.`,
    );
  }
  const { store } = session;
  const { name, packages, config, more } = recipe;
  const key = keyOf(`debian ${name} 2`, packages, platform, ...(more ? [more.key] : []));
  const made = await session.once(key, () =>
    store.once(
      key,
      () => session.trace.step(`make the base ${name} of packages, once`, () => assemble(session, recipe)),
      (kept: Made) => store.has(kept.digest),
    ),
  );
  const { version = "", ...layer } = made;
  const base = { ...scratchState(platform), layers: [layer], config };
  const state = { ...base, imageRef: `localhost/slipway/debian-${name}@${imageDocuments(base).digest}` };
  return { state, description: recipe.describe(await listLayers(store, [layer]), version) };
}

async function assemble({ store, signal }: Session, { name, packages, more }: Recipe): Promise<Made> {
  const scratch = await store.scratch();
  try {
    const finished = await finishTree(store, merged(await unpackPackages(store, packages, scratch, signal)));
    const createdBy = `Debian's packages ${packages.join(" ")}`;
    if (!more) return { ...(await packLayer(store, finished)), createdBy };
    const { tree, version } = await more.files(store, scratch, signal);
    const whole = withEntries(name === "node" ? await withNodeUser(store, finished) : finished, tree);
    return { ...(await packLayer(store, whole)), createdBy: `${name} ${version}, and ${createdBy}`, version };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Debian keeps programs and libraries under /usr, with links at their former paths: https://wiki.debian.org/UsrMerge */
function merged(tree: Tree): Tree {
  const roots = ["bin", "sbin", "lib", "lib32", "lib64", "libx32"];
  const moved = [...tree].map(([path, entry]): [string, Entry] => {
    const [top = ""] = path.split("/");
    return [roots.includes(top) ? `usr/${path}` : path, entry];
  });
  const links = roots
    .filter((root) => tree.has(root) || tree.has(`usr/${root}`))
    .map((root): [string, Entry] => [root, { type: "link", mode: 0o777, target: `usr/${root}` }]);
  return withEntries(new Map(), [...moved, ...links]);
}
