import { abort, sdk } from "../../aws/sdk.js";
import { partitionOf } from "../../common/aws-names.js";
import { parseS3Place } from "../../common/s3-place.js";
import type { Session } from "../session.js";
import type { Lock } from "./held-lock.js";
import { described, type LockStore, parseLock, type StoredLock } from "./lock-store.js";

/** Attempts of a write that S3 refuses because another one runs at the same moment. */
const mostAttempts = 5;

/**
 * Lock as an object. Of two writes with `If-None-Match: *`, S3 accepts one; a removal with `If-Match` removes only the object that was read.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html
 */
export function s3Lock(session: Session, url: string): LockStore {
  const { aws, target } = session;
  const { bucket: Bucket, prefix } = parseS3Place(url);
  const Key = `${prefix}${target.account}/${target.region}/${target.cluster}/${target.service}.lock.json`;
  const place = `s3://${Bucket}/${Key}`;
  const arn = `arn:${partitionOf(target.region).id}:s3:::${Bucket}`;
  const fixes = {
    place,
    permissions: `s3:GetObject, s3:PutObject and s3:DeleteObject on ${arn}/${prefix}*, and s3:ListBucket on ${arn}: without it S3 answers 403 where there is no lock`,
    byName: {
      NoSuchBucket: `Create the bucket ${Bucket}, or correct \`lock\` in the target.`,
      MethodNotAllowed: `Remove what a policy of the bucket ${Bucket} forbids.`,
    },
  };
  const read = async (): Promise<StoredLock | undefined> => {
    const s3 = await aws.lazy.s3();
    try {
      const { Body, ETag = "" } = await s3.send(new sdk.s3.GetObjectCommand({ Bucket, Key }), abort(session));
      return { ...parseLock((await Body?.transformToString()) ?? ""), version: ETag };
    } catch (error) {
      if ((error as Error).name === "NoSuchKey") return undefined;
      throw error;
    }
  };
  const write = async (lock: Lock): Promise<StoredLock | undefined> => {
    const s3 = await aws.lazy.s3();
    const Body = JSON.stringify(lock);
    const input = { Bucket, Key, Body, ContentType: "application/json", IfNoneMatch: "*" };
    try {
      const { ETag = "" } = await s3.send(new sdk.s3.PutObjectCommand(input), abort(session));
      return { ...lock, version: ETag };
    } catch (error) {
      if (!isConflict(error)) throw error;
      // The object of an earlier attempt whose response was lost has this lock's id.
      return await read();
    }
  };
  const take = async (lock: Lock): Promise<StoredLock> => {
    for (let attempt = 1; ; attempt++) {
      const held = await write(lock);
      if (held) return held;
      if (attempt === mostAttempts) throw new Error(`S3 refused ${mostAttempts} writes, and there is no object`);
    }
  };
  const remove = async ({ version: IfMatch }: StoredLock): Promise<boolean> => {
    const s3 = await aws.lazy.s3();
    try {
      await s3.send(new sdk.s3.DeleteObjectCommand({ Bucket, Key, IfMatch }), abort(session));
      return true;
    } catch (error) {
      // An earlier attempt has removed it.
      if ((error as Error).name === "NoSuchKey") return true;
      if (isConflict(error)) return false;
      throw error;
    }
  };
  return {
    place,
    read: () => described(fixes, "read", read()),
    take: (lock) => described(fixes, "written", take(lock)),
    remove: (lock) => described(fixes, "removed", remove(lock)),
  };
}

/** 412: the condition is not met; 409: another write of the object runs at the same moment. */
function isConflict(error: unknown): boolean {
  const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
  return status === 412 || (status === 409 && (error as Error).name === "ConditionalRequestConflict");
}
