import tar from "tar-stream";
import { keyOf, type Store } from "./store.js";
import { isWithin, nameOf, normalPath, parentOf } from "./tree.js";

/** Entry of an image without its content: enough to find files and to follow links. */
export type Listed = { type: "file" | "directory" } | { type: "link"; target: string };

/** Paths without a leading slash. The root is not listed. */
export type Listing = ReadonlyMap<string, Listed>;

type Change = [path: string, entry: Listed | "removed" | "emptied"];

/** Lists the files of layers, from the bottom up. Each layer is read once and its list is stored. */
export async function listLayers(store: Store, layers: { digest: string }[]): Promise<Listing> {
  const listing = new Map<string, Listed>();
  for (const { digest } of layers) {
    const changes = await store.once(keyOf("listing 1", digest), () => readChanges(store, digest));
    for (const [path, entry] of changes) if (typeof entry === "string") remove(listing, path, entry === "removed");
    for (const [path, entry] of changes) if (typeof entry !== "string") add(listing, path, entry);
  }
  return listing;
}

async function readChanges(store: Store, digest: string): Promise<Change[]> {
  const changes: Change[] = [];
  for await (const entry of store.open(digest).pipe(tar.extract())) {
    const { name, type, linkname } = entry.header;
    const path = normalPath(name);
    const base = nameOf(path);
    if (base === ".wh..wh..opq") changes.push([parentOf(path), "emptied"]);
    else if (base.startsWith(".wh.")) changes.push([normalPath(`${parentOf(path)}/${base.slice(4)}`), "removed"]);
    else if (type === "symlink") changes.push([path, { type: "link", target: linkname ?? "" }]);
    else changes.push([path, { type: type === "directory" ? "directory" : "file" }]);
    entry.resume();
  }
  return changes;
}

function remove(listing: Map<string, Listed>, path: string, itself: boolean): void {
  for (const other of [...listing.keys()]) {
    if (isWithin(other, path) && (itself || other !== path)) listing.delete(other);
  }
}

function add(listing: Map<string, Listed>, path: string, entry: Listed): void {
  if (path === "") return;
  if (entry.type !== "directory" && listing.get(path)?.type === "directory") remove(listing, path, true);
  listing.set(path, entry);
  for (let parent = parentOf(path); parent !== "" && !listing.has(parent); parent = parentOf(parent)) {
    listing.set(parent, { type: "directory" });
  }
}

/** Maximum number of links that are followed in one path, as in Linux: https://man7.org/linux/man-pages/man7/path_resolution.7.html */
const mostLinks = 40;

/** Follows the links in a path, within the image. Parts that do not exist stay as they are. */
export function realPath(listing: ReadonlyMap<string, { type: string; target?: string }>, path: string): string {
  let rest = normalPath(path).split("/").filter(Boolean);
  let done = "";
  for (let links = 0; rest.length > 0; ) {
    const [name = "", ...after] = rest;
    rest = after;
    if (name === "..") {
      done = parentOf(done);
      continue;
    }
    const next = done === "" ? name : `${done}/${name}`;
    const target = listing.get(next)?.target;
    if (target === undefined || ++links > mostLinks) {
      done = next;
      continue;
    }
    rest = [...target.split("/").filter((part) => part !== "" && part !== "."), ...rest];
    if (target.startsWith("/")) done = "";
  }
  return done;
}
