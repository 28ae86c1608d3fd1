import { createHash } from "node:crypto";
import type { Clock } from "../clock.js";
import { flag, number, record, required, text } from "../protocol/input.js";
import { AwsError, type Caller, type JsonObject, type Operation, type Service } from "../protocol/service.js";
import type { StateDirectory } from "../state.js";
import { checksumsOf } from "./checksums.js";
import { type Bucket, bucketOf, openBuckets, type StoredObject } from "./store.js";

const DAY = 86_400_000;

/**
 * Stores objects of Amazon S3 with conditional writes and deletes, and with Object Lock: default retention and demanded checksums. Keeps
 * the current version of each object only. For locks and records in a bucket.
 */
export function createS3({ state, clock }: { state: StateDirectory; clock: Clock }): Service {
  const document = openBuckets(state);
  const named = (input: JsonObject, { region }: Caller) => bucketOf(document, required(input, "Bucket"), region);

  const operations: Record<string, Operation> = {
    CreateBucket(input, { region }) {
      const name = required(input, "Bucket");
      if (!/^(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9](?!.*\.\.)[a-z0-9.-]{1,61}[a-z0-9]$/.test(name)) {
        throw new AwsError("InvalidBucketName", "The specified bucket is not valid.");
      }
      if (document.value.buckets.has(name)) {
        throw new AwsError(
          "BucketAlreadyOwnedByYou",
          "Your previous request to create the named bucket succeeded and you already own it.",
          409,
        );
      }
      const isLocked = flag(input, "ObjectLockEnabledForBucket") === true;
      const bucket = { region, createdAt: clock.now(), objects: new Map(), ...(isLocked && { objectLock: {} }) };
      document.value.buckets.set(name, bucket);
      document.save();
      return { Location: `/${name}` };
    },

    HeadBucket(input, caller) {
      return { BucketRegion: named(input, caller).region };
    },

    DeleteBucket(input, caller) {
      if (named(input, caller).objects.size > 0) {
        throw new AwsError("BucketNotEmpty", "The bucket you tried to delete is not empty", 409);
      }
      document.value.buckets.delete(required(input, "Bucket"));
      document.save();
      return {};
    },

    PutObjectLockConfiguration(input, caller) {
      const bucket = named(input, caller);
      const { DefaultRetention } = (record(record(input, "ObjectLockConfiguration") ?? {}, "Rule") ?? {}) as JsonObject;
      const { Mode, Days, Years } = (DefaultRetention ?? {}) as { Mode?: string; Days?: number; Years?: number };
      bucket.objectLock = Mode === undefined ? {} : { mode: Mode, days: Days ?? (Years ?? 0) * 365 };
      document.save();
      return {};
    },

    GetObjectLockConfiguration(input, caller) {
      const { objectLock } = named(input, caller);
      if (!objectLock) {
        throw new AwsError(
          "ObjectLockConfigurationNotFoundError",
          "Object Lock configuration does not exist for this bucket",
          404,
        );
      }
      const { mode, days } = objectLock;
      const Rule = { DefaultRetention: { Mode: mode ?? "", Days: days ?? 0 } };
      return { ObjectLockEnabled: "Enabled", ...(mode !== undefined && { Rule }) };
    },

    PutObject(input, caller) {
      const bucket = named(input, caller);
      const key = required(input, "Key");
      const current = bucket.objects.get(key);
      if (text(input, "IfNoneMatch") !== undefined && current) throw preconditionFailed("If-None-Match");
      checkMatch(input, current);
      const body = Buffer.from(text(input, "Body") ?? "", "base64");
      const retention = retentionOf(input, bucket, clock.now());
      const checksums = checksumsOf(input, body, retention !== undefined);
      const etag = `"${createHash("md5").update(body).digest("hex")}"`;
      bucket.objects.set(key, {
        body: body.toString("base64"),
        etag,
        size: body.length,
        modifiedAt: clock.now(),
        contentType: text(input, "ContentType") ?? "binary/octet-stream",
        checksums,
        metadata: record(input, "Metadata") ?? {},
        ...(retention && { retention }),
      });
      document.save();
      return { ETag: etag, ...checksums };
    },

    GetObject(input, caller) {
      const object = objectOf(named(input, caller), input);
      return { ...headersOf(object), Body: object.body };
    },

    HeadObject(input, caller) {
      const object = objectOf(named(input, caller), input);
      return { ...headersOf(object), Body: object.body };
    },

    /** In a bucket with Object Lock, which is versioned, S3 adds a delete marker: the retained version is no longer current. */
    DeleteObject(input, caller) {
      const bucket = named(input, caller);
      const key = required(input, "Key");
      checkMatch(input, bucket.objects.get(key));
      bucket.objects.delete(key);
      document.save();
      return {};
    },

    ListObjectsV2(input, caller) {
      const { objects } = named(input, caller);
      const prefix = text(input, "Prefix") ?? "";
      const delimiter = text(input, "Delimiter") ?? "";
      const after = text(input, "ContinuationToken") ?? text(input, "StartAfter") ?? "";
      const most = Math.min(number(input, "MaxKeys") ?? 1_000, 1_000);
      const folderOf = (key: string) => {
        const end = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
        return end === -1 ? undefined : key.slice(0, end + delimiter.length);
      };
      const found = [...objects.keys()].filter((key) => key.startsWith(prefix)).sort();
      const names = [...new Set(found.map((key) => folderOf(key) ?? key))].filter((name) => name > after);
      const shown = names.slice(0, most);
      const contents = shown.flatMap((Key) => {
        const object = objects.get(Key);
        if (!object || folderOf(Key) !== undefined) return [];
        const LastModified = new Date(object.modifiedAt).toISOString();
        return [{ Key, LastModified, ETag: object.etag, Size: object.size, StorageClass: "STANDARD" }];
      });
      const folders = shown.filter((name) => folderOf(name) !== undefined);
      return {
        Name: required(input, "Bucket"),
        Prefix: prefix,
        ...(delimiter !== "" && { Delimiter: delimiter }),
        MaxKeys: most,
        KeyCount: shown.length,
        IsTruncated: names.length > shown.length,
        ...(names.length > shown.length && { NextContinuationToken: shown.at(-1) ?? "" }),
        Contents: contents,
        CommonPrefixes: folders.map((Prefix) => ({ Prefix })),
      };
    },
  };
  return { signingName: "s3", targetPrefix: "s3", operations };
}

function objectOf({ objects }: Bucket, input: JsonObject): StoredObject {
  const object = objects.get(required(input, "Key"));
  if (!object) throw noSuchKey();
  checkMatch(input, object);
  return object;
}

function headersOf({ etag, modifiedAt, contentType, checksums, metadata, retention }: StoredObject): JsonObject {
  return {
    ETag: etag,
    LastModified: new Date(modifiedAt).toUTCString(),
    ContentType: contentType,
    Metadata: metadata,
    ...checksums,
    ...(retention && { ObjectLockMode: retention.mode, ObjectLockRetainUntilDate: retention.until }),
  };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html */
function checkMatch(input: JsonObject, object: StoredObject | undefined): void {
  const wanted = text(input, "IfMatch");
  if (wanted === undefined) return;
  if (!object) throw noSuchKey();
  if (wanted !== "*" && wanted.replaceAll('"', "") !== object.etag.replaceAll('"', "")) {
    throw preconditionFailed("If-Match");
  }
}

/** The request's own retention comes before the bucket's default one. */
function retentionOf(input: JsonObject, { objectLock }: Bucket, now: number): StoredObject["retention"] {
  const mode = text(input, "ObjectLockMode");
  const until = number(input, "ObjectLockRetainUntilDate");
  if (mode !== undefined && until !== undefined) {
    if (objectLock) return { mode, until: new Date(until * 1_000).toISOString() };
    throw new AwsError("InvalidRequest", "Bucket is missing Object Lock Configuration");
  }
  if (objectLock?.mode === undefined) return undefined;
  return { mode: objectLock.mode, until: new Date(now + (objectLock.days ?? 0) * DAY).toISOString() };
}

function noSuchKey(): AwsError {
  return new AwsError("NoSuchKey", "The specified key does not exist.", 404);
}

function preconditionFailed(Condition: string): AwsError {
  return new AwsError("PreconditionFailed", "At least one of the pre-conditions you specified did not hold", 412, {
    Condition,
  });
}
