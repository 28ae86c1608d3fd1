import { open, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { constants, inflateSync } from "node:zlib";
import { InputError } from "../common/errors.js";

/**
 * Returns the time of a commit. The engine has no API for it, so it is read from git's objects.
 * https://git-scm.com/docs/gitformat-pack
 * @param objects A `.git/objects` directory that holds the commit, loose or packed.
 * @param id The commit's full id.
 */
export async function commitTime(objects: string, id: string): Promise<Date> {
  const commit = (await readLoose(objects, id)) ?? (await readPacked(objects, id));
  const seconds = commit && /^committer .* (\d{1,12}) [+-]\d{4}$/m.exec(commit)?.[1];
  if (!seconds)
    throw new InputError("bad-commit", `The git repository holds no readable commit ${id}. Try \`git fsck\`.`);
  return new Date(Number(seconds) * 1000);
}

async function readLoose(objects: string, id: string): Promise<string | undefined> {
  const data = await readFile(join(objects, id.slice(0, 2), id.slice(2))).catch(absent);
  return data && inflated(data);
}

async function readPacked(objects: string, id: string): Promise<string | undefined> {
  const packs = join(objects, "pack");
  const names = (await readdir(packs).catch(absent)) ?? [];
  for (const name of names.filter((name) => name.endsWith(".idx"))) {
    const offset = findInIndex(await readFile(join(packs, name)), Buffer.from(id, "hex"));
    if (offset !== undefined) return readAt(join(packs, name.replace(/idx$/, "pack")), offset);
  }
  return undefined;
}

const HEADER = 8;
const FANOUT = 256 * 4;

/** Returns the object's offset in the pack of this index (version 2). */
function findInIndex(index: Buffer, id: Buffer): number | undefined {
  const count = index.readUInt32BE(HEADER + FANOUT - 4);
  const names = HEADER + FANOUT;
  for (let row = 0; row < count; row++) {
    const at = names + row * id.length;
    if (index.compare(id, 0, id.length, at, at + id.length) === 0) {
      return readOffset(index, names + count * (id.length + 4), count, row);
    }
  }
  return undefined;
}

/** Offsets from 2 GiB on are in a second table, which the first points into. */
function readOffset(index: Buffer, offsets: number, count: number, row: number): number {
  const offset = index.readUInt32BE(offsets + row * 4);
  if (offset < 0x80000000) return offset;
  return Number(index.readBigUInt64BE(offsets + count * 4 + (offset - 0x80000000) * 8));
}

/** Far more than a commit with its signature and message takes. */
const LONGEST_COMMIT = 256 * 1024;
const COMMIT = 1;

async function readAt(pack: string, offset: number): Promise<string | undefined> {
  const file = await open(pack);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(LONGEST_COMMIT), 0, LONGEST_COMMIT, offset);
    if (((buffer.readUInt8(0) >> 4) & 7) !== COMMIT) return undefined;
    let start = 0;
    while (buffer.readUInt8(start++) & 0x80);
    return inflated(buffer.subarray(start, bytesRead));
  } finally {
    await file.close();
  }
}

/** Returns undefined for data that is no compressed commit, or is longer than one. */
function inflated(data: Uint8Array): string | undefined {
  try {
    const options = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: LONGEST_COMMIT };
    return inflateSync(data, options).toString();
  } catch {
    return undefined;
  }
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}
