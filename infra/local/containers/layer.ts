import { createHash } from "node:crypto";
import { posix } from "node:path";
import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import type { Container } from "dockerode";
import tar, { type Header } from "tar-stream";
import { type Entry, packNormalised, plainPath } from "./normalise.js";

export interface TakenLayer {
  /** An uncompressed OCI layer: entries sorted, times 0, owners, modes and extended attributes kept, removals as whiteouts. */
  bytes: Buffer;
  /** SHA-256 of `bytes`: its diff id and, uncompressed, its blob's digest. The same changes give the same digest. */
  diffId: string;
}

/**
 * Creates a layer of the files that a stopped container changed, in memory.
 *
 * The runtime lists the changes, and its export has the content: several times faster than commit and save, which write all lower layers
 * too, and unlike `getArchive` it keeps owners and modes on Podman.
 *
 * @param leaveOut Selects paths (without a leading slash) to exclude from the layer, such as mount points.
 */
export async function takeLayer(
  container: Container,
  leaveOut: (path: string) => boolean = () => false,
): Promise<TakenLayer> {
  const changes = await readChanges(container);
  const ignored = (path: string) => ofRuntime.test(path) || leaveOut(path);
  const { entries, paths } = await exportedEntries(container, changes, ignored);
  const removed = [...changes.removed].filter((path) => !ignored(path));
  const bytes = await packNormalised([...entries, ...removed.map((path) => whiteout(path, paths.has(path)))]);
  return { bytes, diffId: `sha256:${createHash("sha256").update(bytes).digest("hex")}` };
}

/** Files that runtimes put into a container. */
const ofRuntime = /^(\.dockerenv|run\/\.containerenv|etc\/(mtab|hostname|hosts|resolv\.conf)|(dev|proc|sys)(\/.*)?)$/;

interface Changes {
  present: Set<string>;
  removed: Set<string>;
}

async function readChanges(container: Container): Promise<Changes> {
  const answer: unknown = await container.changes();
  // The runtime returns null for no changes.
  const listed = (Array.isArray(answer) ? answer : []) as { Path: string; Kind: 0 | 1 | 2 }[];
  const paths = (removed: boolean) =>
    new Set(listed.filter(({ Kind }) => (Kind === 2) === removed).map(({ Path }) => plainPath(Path)));
  return { present: paths(false), removed: paths(true) };
}

/** Returns true for /etc without own changes: Podman lists it as changed for its own files there. */
function isUntouchedEtc(entry: Header, changes: Changes): boolean {
  // Podman's modes have the file's type above the permissions.
  const asUsual = ((entry.mode ?? 0) & 0o7777) === 0o755 && entry.uid === 0 && entry.gid === 0;
  if (plainPath(entry.name) !== "etc" || !asUsual) return false;
  return ![...changes.present, ...changes.removed].some((path) => path.startsWith("etc/") && !ofRuntime.test(path));
}

async function exportedEntries(container: Container, changes: Changes, ignored: (path: string) => boolean) {
  const { present, removed } = changes;
  const entries = new Map<string, Entry>();
  const paths = new Set<string>();
  const exported = (await container.export()) as Readable;
  const archive = exported.pipe(tar.extract());
  exported.once("error", (error) => archive.destroy(error));
  for await (const entry of archive) {
    const path = plainPath(entry.header.name);
    paths.add(path);
    const changed = (present.has(path) || isWithin(path, removed)) && !isUntouchedEtc(entry.header, changes);
    if (changed && path !== "" && !ignored(path))
      entries.set(path, { header: entry.header, body: await buffer(entry) });
    else entry.resume();
  }
  for (const entry of entries.values()) {
    const target = plainPath(entry.header.linkname ?? "");
    if (entry.header.type === "link" && !entries.has(target)) await becomeFile(container, entry, target);
  }
  return { entries: [...entries.values()], paths };
}

/** Returns true for a path in a removed directory. Some runtimes list a recreated directory as removed only: all its content is new. */
function isWithin(path: string, removed: Set<string>): boolean {
  if (removed.size === 0) return false;
  for (let parent = path; parent !== "." && parent !== ""; parent = posix.dirname(parent)) {
    if (removed.has(parent)) return true;
  }
  return false;
}

/** Converts a hard link to an unchanged file into a file: a layer can't link to a file of a lower layer. */
async function becomeFile(container: Container, entry: Entry, target: string): Promise<void> {
  const archive = ((await container.getArchive({ path: `/${target}` })) as Readable).pipe(tar.extract());
  for await (const file of archive) entry.body = await buffer(file);
  const { linkname: _link, ...header } = entry.header;
  entry.header = { ...header, type: "file", size: entry.body.length };
}

/** Creates a whiteout: https://github.com/opencontainers/image-spec/blob/main/layer.md#whiteouts */
function whiteout(path: string, madeAgain: boolean): Entry {
  const name = madeAgain ? `${path}/.wh..wh..opq` : posix.join(posix.dirname(path), `.wh.${posix.basename(path)}`);
  return { header: { name, type: "file", mode: 0, uid: 0, gid: 0, size: 0 }, body: Buffer.alloc(0) };
}
