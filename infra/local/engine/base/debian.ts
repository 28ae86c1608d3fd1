import { rm } from "node:fs/promises";
import { packLayer } from "../content/pack.js";
import { keyOf } from "../content/store.js";
import { type Entry, type Tree, withEntries } from "../content/tree.js";
import { StandInError } from "../errors.js";
import { imageDocuments } from "../image/manifest.js";
import { type ContainerState, type Layer, scratchState } from "../image/state.js";
import type { Session } from "../session/session.js";
import { finishTree } from "./finish.js";
import { unpackPackages } from "./packages.js";
import { defaultPlatform } from "./platform.js";

/** What the slim Python image offers, by the names of Debian's packages. */
const packages = [
  ...[
    "base-files",
    "base-passwd",
    "bash",
    "ca-certificates",
    "coreutils",
    "dash",
    "debianutils",
    "diffutils",
    "findutils",
  ],
  ...["grep", "gzip", "hostname", "libc-bin", "login", "media-types", "netbase", "passwd", "sed", "tar", "tzdata"],
  ...["python3", "python3-pip", "python3-venv"],
];

/**
 * A Python base made from this machine's Debian or Ubuntu packages, once; about 20 s, then at once.
 *
 * @throws {StandInError} It is wanted for another platform than this machine's.
 */
export async function debianPython(session: Session, platform: string): Promise<ContainerState> {
  if (platform !== defaultPlatform()) {
    throw new StandInError(
      `The Python base of Debian's packages can be made for ${defaultPlatform()} only, not for ${platform}.`,
    );
  }
  const { store } = session;
  const layer = await session.once("debian python", () =>
    store.once(
      keyOf("debian python 2", packages, platform),
      () => assemble(session),
      (kept: Layer) => store.has(kept.digest),
    ),
  );
  const base = { ...scratchState(platform), layers: [layer], config };
  return { ...base, imageRef: `localhost/slipway/debian-python@${imageDocuments(base).digest}` };
}

const config = {
  Env: ["PATH=/usr/local/bin:/usr/local/sbin:/usr/bin:/usr/sbin:/bin:/sbin", "LANG=C.UTF-8"],
  Cmd: ["python3"],
};

function assemble(session: Session): Promise<Layer> {
  return session.trace.step("make a Python base of Debian's packages, once", () => assembleNow(session));
}

async function assembleNow({ store, signal }: Session): Promise<Layer> {
  const scratch = await store.scratch();
  try {
    const tree = await unpackPackages(store, packages, scratch, signal);
    const layer = await packLayer(store, await finishTree(store, merged(tree)));
    return { ...layer, createdBy: `Debian's packages ${packages.join(" ")}` };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Debian keeps programs and libraries under /usr alone, with links where they used to be: https://wiki.debian.org/UsrMerge */
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
