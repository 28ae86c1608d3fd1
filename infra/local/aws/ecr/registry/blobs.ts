import { createHash, randomUUID } from "node:crypto";
import { createReadStream, mkdirSync, rmSync } from "node:fs";
import { open, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { AwsError } from "../../protocol/service.js";

/** Maximum size of a layer in ECR, in bytes, 52,000 MiB: https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html */
const LARGEST_LAYER = 52_000 * 2 ** 20;

/** Digest format of ECR. */
export const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** Content on disk or in memory, named by its digest. Named content is always complete and verified. */
export interface BlobStore {
  /** Size in bytes, or undefined when there is no such content. */
  size(digest: string): Promise<number | undefined>;
  /** Reads bytes `start` to `end`, both inclusive; all without a range. */
  stream(digest: string, range?: { start: number; end: number }): Readable;
  read(digest: string): Promise<Buffer>;
  begin(): BlobUpload;
  remove(digest: string): Promise<void>;
}

/** Upload in progress. It has no name until `commit`. */
export interface BlobUpload {
  readonly id: string;
  /** Bytes so far. */
  readonly size: number;
  /**
   * Appends chunks. When the source breaks off, received bytes are kept; when the disk fails or the content exceeds the maximum size, the
   * upload is deleted.
   * @param announced Content length, if known: too many bytes are rejected unread.
   */
  append(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, announced?: number): Promise<void>;
  /** Verifies the digest and stores the content under it; returns false when it differs. */
  commit(digest: string): Promise<boolean>;
  /** Deletes the upload. */
  discard(): Promise<void>;
}

/** Creates a store in memory. Its work needs no turn of the event loop, as simulations in virtual time require. */
export function memoryBlobs(): BlobStore {
  const stored = new Map<string, Buffer>();
  return {
    size: async (digest) => stored.get(digest)?.length,
    stream: (digest, { start = 0, end = Number.POSITIVE_INFINITY } = {} as { start: number; end: number }) =>
      Readable.from([stored.get(digest)?.subarray(start, end + 1)]),
    read: async (digest) => stored.get(digest) ?? Buffer.alloc(0),
    begin() {
      let content = Buffer.alloc(0);
      return {
        id: randomUUID(),
        get size() {
          return content.length;
        },
        async append(chunks) {
          for await (const chunk of chunks) content = Buffer.concat([content, chunk]);
        },
        async commit(digest) {
          if (digestOf(content) !== digest) return false;
          stored.set(digest, content);
          return true;
        },
        async discard() {},
      };
    },
    remove: async (digest) => void stored.delete(digest),
  };
}

/**
 * Opens the store in a directory. Deletes incomplete uploads of an earlier process.
 * @param largest Maximum size of an upload, in bytes.
 */
export function openBlobs(directory: string, largest = LARGEST_LAYER): BlobStore {
  const blobs = join(directory, "sha256");
  const uploads = join(directory, "uploads");
  rmSync(uploads, { recursive: true, force: true });
  mkdirSync(blobs, { recursive: true, mode: 0o700 });
  mkdirSync(uploads, { recursive: true, mode: 0o700 });

  function pathOf(digest: string): string {
    if (!DIGEST.test(digest)) throw new Error(`${digest} is not a digest.`);
    return join(blobs, digest.slice("sha256:".length));
  }
  return {
    async size(digest) {
      try {
        return (await stat(pathOf(digest))).size;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
        throw error;
      }
    },
    stream: (digest, range) => createReadStream(pathOf(digest), { ...range, highWaterMark: 1 << 18 }),
    read: (digest) => readFile(pathOf(digest)),
    begin: () => beginUpload(uploads, pathOf, largest),
    remove: (digest) => rm(pathOf(digest), { force: true }),
  };
}

function beginUpload(directory: string, pathOf: (digest: string) => string, largest: number): BlobUpload {
  const id = randomUUID();
  const path = join(directory, id);
  // Kept up to date while bytes arrive, so that nothing is read a second time to be checked.
  const hash = createHash("sha256");
  let size = 0;
  return {
    id,
    get size() {
      return size;
    },
    async append(chunks, announced = 0) {
      if (size + announced > largest) throw await tooLarge();
      const file = await orDiscard(() => open(path, "a", 0o600));
      try {
        for await (const chunk of chunks) {
          if (size + chunk.length > largest) throw await tooLarge();
          await orDiscard(() => file.appendFile(chunk));
          hash.update(chunk);
          size += chunk.length;
        }
      } finally {
        await file.close();
      }
    },
    async commit(digest) {
      if (`sha256:${hash.copy().digest("hex")}` !== digest) return false;
      if (size === 0) await (await open(path, "a", 0o600)).close();
      await rename(path, pathOf(digest));
      return true;
    },
    discard: () => rm(path, { force: true }),
  };

  /** Rejects an upload that is too large. */
  async function tooLarge(): Promise<AwsError> {
    await rm(path, { force: true });
    return new AwsError("LimitExceededException", `A layer can have at most ${largest} bytes.`);
  }

  /** Deletes the file after a failed write: its content is unknown, and the upload can't continue. */
  async function orDiscard<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      await rm(path, { force: true });
      throw diskError(error as NodeJS.ErrnoException);
    }
  }
}

/** Converts a write error, usually of a full disk. */
function diskError(cause: NodeJS.ErrnoException): AwsError {
  if (cause.code !== "ENOSPC") {
    return new AwsError("ServerException", `The registry's content could not be written: ${cause.message}`, 500);
  }
  // docker and skopeo show only the status of a server error: 507 is "Insufficient Storage".
  const message = "No space is left on the disk that holds the registry's content. Free some, then push again.";
  return new AwsError("ServerException", message, 507);
}

/** Stores content; returns its digest. */
export async function storeBlob(blobs: BlobStore, content: Uint8Array): Promise<string> {
  const digest = digestOf(content);
  const upload = blobs.begin();
  await upload.append([content]);
  await upload.commit(digest);
  return digest;
}

export function digestOf(content: Uint8Array): string {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}
