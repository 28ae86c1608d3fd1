import { createHash, randomUUID } from "node:crypto";
import { createReadStream, createWriteStream, existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { type Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { makePrivateDirectory } from "../../private-directory.js";
import { StandInError } from "../errors.js";

/** Bytes in the store, named by what they are. */
export interface Blob {
  /** `sha256:` and 64 hex digits. */
  digest: string;
  /** Bytes. */
  size: number;
}

/**
 * The engine's memory on disk: blobs by digest, and what was made once, as small JSON results by the key of what it was made from.
 * Written aside and renamed, so that a cut-off or a second engine at the same time leaves nothing half there. Only its owner can enter
 * it: what it holds is run, and files of mounts lie in it.
 */
export class Store {
  /** @throws {StandInError} The directory can't be made private to this user. */
  constructor(readonly path: string) {
    try {
      // What another user may have put there is made anew.
      if (makePrivateDirectory(path).wasOpen) empty(path);
    } catch (error) {
      throw new StandInError((error as Error).message, { cause: error });
    }
    mkdirSync(join(path, "blobs/sha256"), { recursive: true });
    mkdirSync(join(path, "results"), { recursive: true });
  }

  /** `~/.cache/slipway/engine`, or below XDG_CACHE_HOME. */
  static defaultPath(env: Record<string, string | undefined> = process.env): string {
    return join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "slipway/engine");
  }

  async put(content: string | Buffer): Promise<Blob> {
    const bytes = Buffer.from(content);
    const digest = sha256(bytes);
    if (!this.has(digest)) await this.replace(this.blobPath(digest), (path) => writeFile(path, bytes));
    return { digest, size: bytes.length };
  }

  async putStream(content: Readable): Promise<Blob> {
    const hash = createHash("sha256");
    let size = 0;
    const meter = new Transform({
      transform(chunk: Buffer, _, done) {
        hash.update(chunk);
        size += chunk.length;
        done(null, chunk);
      },
    });
    const aside = this.aside();
    try {
      await pipeline(content, meter, createWriteStream(aside));
      const digest = `sha256:${hash.digest("hex")}`;
      await rename(aside, this.blobPath(digest));
      return { digest, size };
    } finally {
      await rm(aside, { force: true });
    }
  }

  has(digest: string): boolean {
    return existsSync(this.blobPath(digest));
  }

  open(digest: string): Readable {
    return createReadStream(this.blobPath(digest));
  }

  read(digest: string): Promise<Buffer> {
    return readFile(this.blobPath(digest));
  }

  async size(digest: string): Promise<number> {
    return (await stat(this.blobPath(digest))).size;
  }

  blobPath(digest: string): string {
    const hex = /^sha256:([0-9a-f]{64})$/.exec(digest)?.[1];
    if (!hex) throw new Error(`Not a digest: ${JSON.stringify(digest)}. Accepted: sha256: and 64 hex digits.`);
    return join(this.path, "blobs/sha256", hex);
  }

  /** What `make` answers, made once for each key. `valid` says whether what was kept can still be used. */
  async once<T>(key: string, make: () => Promise<T>, valid: (kept: T) => boolean = () => true): Promise<T> {
    const kept = await this.recall<T>(key);
    if (kept !== undefined && valid(kept)) return kept;
    const made = await make();
    await this.keep(key, made);
    return made;
  }

  async recall<T>(key: string): Promise<T | undefined> {
    try {
      return JSON.parse(await readFile(this.resultPath(key), "utf8")) as T;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
  }

  async keep(key: string, result: unknown): Promise<void> {
    await this.replace(this.resultPath(key), (path) => writeFile(path, JSON.stringify(result)));
  }

  /** A new, empty directory of its own, for the caller to remove. */
  async scratch(): Promise<string> {
    const path = join(this.path, "scratch", randomUUID());
    await mkdir(path, { recursive: true });
    return path;
  }

  private resultPath(key: string): string {
    return join(this.path, "results", `${sha256(key).slice("sha256:".length)}.json`);
  }

  private async replace(path: string, write: (aside: string) => Promise<void>): Promise<void> {
    const aside = this.aside();
    await write(aside);
    await rename(aside, path);
  }

  private aside(): string {
    return join(this.path, `.${randomUUID()}`);
  }
}

function empty(path: string): void {
  for (const name of readdirSync(path)) rmSync(join(path, name), { recursive: true, force: true });
}

/** `sha256:` and the hex digits. */
export function sha256(content: string | Buffer): string {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}

/** One digest for values that JSON can write: equal values give equal digests. */
export function keyOf(...parts: unknown[]): string {
  return sha256(JSON.stringify(parts));
}
