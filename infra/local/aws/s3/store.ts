import type { JsonObject } from "../protocol/service.js";
import { AwsError } from "../protocol/service.js";
import type { Document, StateDirectory } from "../state.js";
import { storedMap } from "../stored-map.js";

export interface Bucket {
  region: string;
  /** Milliseconds since the epoch. */
  createdAt: number;
  /** Present where Object Lock is enabled, with the default retention where it has one. */
  objectLock?: { mode?: string; days?: number };
  /** Current versions by key. */
  objects: Map<string, StoredObject>;
}

export interface StoredObject {
  /** In base64. */
  body: string;
  /** In quotes. */
  etag: string;
  /** Bytes. */
  size: number;
  /** Milliseconds since the epoch. */
  modifiedAt: number;
  contentType: string;
  /** By member, such as `ChecksumCRC32`. */
  checksums: Record<string, string>;
  metadata: JsonObject;
  /** `until` is in ISO 8601. */
  retention?: { mode: string; until: string };
}

interface S3State {
  buckets: Map<string, Bucket>;
}

interface Stored {
  buckets?: Record<string, Omit<Bucket, "objects"> & { objects: Record<string, StoredObject> }>;
}

const restore = ({ buckets }: Stored): S3State => ({
  buckets: storedMap(buckets, ({ objects, ...bucket }) => ({ ...bucket, objects: storedMap(objects) })),
});

export function openBuckets(state: StateDirectory): Document<S3State> {
  return state.document("s3", (): S3State => ({ buckets: new Map() }), restore);
}

/** @throws AwsError NoSuchBucket, or PermanentRedirect where the request is signed for another region. */
export function bucketOf({ value }: Document<S3State>, name: string, region: string): Bucket {
  const bucket = value.buckets.get(name);
  if (!bucket) throw new AwsError("NoSuchBucket", "The specified bucket does not exist", 404);
  if (bucket.region === region) return bucket;
  throw new AwsError(
    "PermanentRedirect",
    "The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.",
    301,
    { BucketRegion: bucket.region },
  );
}
