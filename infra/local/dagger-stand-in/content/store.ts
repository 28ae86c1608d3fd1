import { createHash, randomUUID } from "node:crypto";
import { createReadStream, createWriteStream, existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { type Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { makePrivateDirectory } from "../../private-directory.js";
import { StandInError } from "../errors.js";

/** Bytes in the store, addressed by their digest. */
export interface Blob {
  /** `sha256:` and 64 hex digits. */
  digest: string;
  /** Bytes. */
  size: number;
}

/**
 * Stores content and results on disk: blobs by digest, and small JSON results by a key of their inputs.
 * Files are written under a temporary name and renamed, so that an interrupted or a concurrent process leaves no partial file. Only its owner can enter
 * the directory: it holds programs that are run, and files of mounts.
 */
export class Store {
  /** @throws {StandInError} The directory can't be made private to this user. */
  constructor(readonly path: string) {
    try {
      // Another user could have written here: start with an empty store.
      if (makePrivateDirectory(path).wasOpen) empty(path);
    } catch (error) {
      throw new StandInError((error as Error).message, { cause: error });
    }
    mkdirSync(join(path, "blobs/sha256"), { recursive: true });
    mkdirSync(join(path, "results"), { recursive: true });
  }

  /** `~/.cache/slipway/dagger-stand-in`, or below XDG_CACHE_HOME. */
  static defaultPath(env: Record<string, string | undefined> = process.env): string {
    return join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "slipway/dagger-stand-in");
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

  /** Returns the result of `make`, which runs once for each key. `valid` checks a stored result before it is used again. */
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

  /** Creates an empty directory, which the caller removes. */
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

/** Returns the digest of values that can be written as JSON: equal values have equal digests. */
export function keyOf(...parts: unknown[]): string {
  return sha256(JSON.stringify(parts));
}
