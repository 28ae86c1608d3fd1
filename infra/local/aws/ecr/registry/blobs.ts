import { createHash, randomUUID } from "node:crypto";
import { createReadStream, mkdirSync, type ReadStream, rmSync } from "node:fs";
import { open, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { AwsError } from "../../protocol/service.js";

/** The largest layer that ECR takes, in bytes, 52,000 MiB: https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html */
export const LARGEST_LAYER = 52_000 * 2 ** 20;

/** The only kind of digest that ECR takes. */
export const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** Content on disk, named by its digest. A name stands for whole and checked content, or is not there. */
export interface BlobStore {
  /** Size in bytes, or undefined when there is no such content. */
  size(digest: string): Promise<number | undefined>;
  /** Bytes `start` to `end`, both inclusive; all without a range. */
  stream(digest: string, range?: { start: number; end: number }): ReadStream;
  read(digest: string): Promise<Buffer>;
  begin(): BlobUpload;
  remove(digest: string): Promise<void>;
}

/** Content on its way in. It has no name until `commit`. */
export interface BlobUpload {
  readonly id: string;
  /** Bytes so far. */
  readonly size: number;
  /**
   * Adds chunks as they come. When the source breaks off, what came is kept; when the disk fails, or the content becomes larger than a
   * layer may be, the upload is gone.
   * @param announced Bytes that are to come, where that is known before: too many are refused unread.
   */
  append(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, announced?: number): Promise<void>;
  /** Gives the content its name if that is its digest; answers whether it is. */
  commit(digest: string): Promise<boolean>;
  /** Throws the content away. */
  discard(): Promise<void>;
}

/**
 * Opens the store in a directory. Uploads that an earlier process left half done are removed.
 * @param largest Bytes that one upload may have.
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

  /** However the bytes come: announced, in chunks, or in parts through the API. */
  async function tooLarge(): Promise<AwsError> {
    await rm(path, { force: true });
    return new AwsError("LimitExceededException", `A layer can have at most ${largest} bytes.`);
  }

  /** After a failed write nobody knows how much of the chunk is in the file: it can't be continued. */
  async function orDiscard<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      await rm(path, { force: true });
      throw diskError(error as NodeJS.ErrnoException);
    }
  }
}

/** Content could not be written to the disk, most often because it is full. */
function diskError(cause: NodeJS.ErrnoException): AwsError {
  if (cause.code !== "ENOSPC") {
    return new AwsError("ServerException", `The registry's content could not be written: ${cause.message}`, 500);
  }
  // Of a failing server, docker and skopeo show the status alone: this one says it all, "Insufficient Storage".
  const message = "No space is left on the disk that holds the registry's content. Free some, then push again.";
  return new AwsError("ServerException", message, 507);
}

/** Stores content that is at hand as a whole; answers its digest. */
export async function storeBlob(blobs: BlobStore, content: Uint8Array): Promise<string> {
  const digest = `sha256:${createHash("sha256").update(content).digest("hex")}`;
  const upload = blobs.begin();
  await upload.append([content]);
  await upload.commit(digest);
  return digest;
}
