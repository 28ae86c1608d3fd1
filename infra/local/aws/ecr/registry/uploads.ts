import { AwsError } from "../../protocol/service.js";
import type { BlobStore, BlobUpload } from "./blobs.js";

/** Layer uploads in progress, each bound to its repository. */
export interface Uploads {
  begin(repository: string): Promise<BlobUpload>;
  /** Returns the upload with this ID, if it belongs to the repository. */
  find(repository: string, id: string): BlobUpload | undefined;
  /** Runs `work` with exclusive access to an upload. @throws AwsError when another request writes to it. */
  alone<T>(upload: BlobUpload, work: () => Promise<T>): Promise<T>;
  /** Deletes an upload. */
  end(upload: BlobUpload): Promise<void>;
}

/** @param lifetime Time until an idle upload is deleted, in milliseconds. */
export function createUploads(blobs: BlobStore, now: () => number, lifetime = 24 * 3600_000): Uploads {
  const open = new Map<string, { upload: BlobUpload; repository: string; touched: number }>();
  const busy = new Set<string>();

  async function endAbandoned(): Promise<void> {
    for (const [id, { upload, touched }] of open) {
      if (busy.has(id) || now() - touched < lifetime) continue;
      open.delete(id);
      await upload.discard();
    }
  }
  return {
    async begin(repository) {
      await endAbandoned();
      const upload = blobs.begin();
      open.set(upload.id, { upload, repository, touched: now() });
      return upload;
    },
    find(repository, id) {
      const found = open.get(id);
      return found?.repository === repository ? found.upload : undefined;
    },
    async alone(upload, work) {
      if (busy.has(upload.id))
        throw new AwsError("InvalidLayerPartException", "Another request is writing to this upload.");
      busy.add(upload.id);
      try {
        return await work();
      } finally {
        busy.delete(upload.id);
        const entry = open.get(upload.id);
        if (entry) entry.touched = now();
      }
    },
    async end(upload) {
      open.delete(upload.id);
      await upload.discard();
    },
  };
}
