import type { Store } from "../content/store.js";
import { type Entry, isWithin, type Tree, withEntries } from "../content/tree.js";

const leftOut = ["doc", "doc-base", "man", "info", "locale", "lintian", "bug", "gdb"].map(
  (name) => `usr/share/${name}`,
);

/** Replaces the packages' install scripts, and adds the official image's names for Python and pip. */
export async function finishTree(store: Store, unpacked: Tree): Promise<Tree> {
  const tree: Tree = new Map([...unpacked].filter(([path]) => isWanted(path)));
  return withEntries(tree, [
    ["etc/passwd", taken(tree, "usr/share/base-passwd/passwd.master")],
    ["etc/group", taken(tree, "usr/share/base-passwd/group.master")],
    ["etc/nsswitch.conf", taken(tree, "usr/share/libc-bin/nsswitch.conf", "usr/share/base-files/nsswitch.conf")],
    ["etc/ssl/certs/ca-certificates.crt", await certificates(store, tree)],
    // Default path of OpenSSL, and so of Python.
    ["usr/lib/ssl/cert.pem", link("/etc/ssl/certs/ca-certificates.crt")],
    ["usr/bin/sh", link("dash")],
    ...(tree.has("usr/bin/python3") ? pythonNames : []),
    ["tmp", { type: "directory", mode: 0o1777 }],
    ["var/tmp", { type: "directory", mode: 0o1777 }],
  ]);
}

const pythonNames: [string, Entry][] = [
  ["usr/local/bin/python", link("/usr/bin/python3")],
  ["usr/local/bin/python3", link("/usr/bin/python3")],
  ["usr/local/bin/pip", link("/usr/bin/pip3")],
  ["usr/local/bin/pip3", link("/usr/bin/pip3")],
];

/** Marker that forbids pip to install, to protect the system's Python: https://peps.python.org/pep-0668/ */
function isWanted(path: string): boolean {
  return !path.endsWith("/EXTERNALLY-MANAGED") && !leftOut.some((directory) => isWithin(path, directory));
}

async function certificates(store: Store, tree: Tree): Promise<Entry> {
  const authorities = [...tree]
    .filter(([path]) => /^usr\/share\/ca-certificates\/.*\.crt$/.test(path))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const texts = await Promise.all(
    authorities.map(([, entry]) => (entry.type === "file" ? store.read(entry.digest) : "")),
  );
  return { type: "file", mode: 0o644, ...(await store.put(texts.join(""))) };
}

function link(target: string): Entry {
  return { type: "link", mode: 0o777, target };
}

/** Returns a file of the packages, under one of its names. */
function taken(tree: Tree, ...paths: string[]): Entry {
  const entry = paths.map((path) => tree.get(path)).find((entry) => entry !== undefined);
  if (entry) return entry;
  throw new Error(`The packages have no ${paths.join(" or ")}.`);
}
