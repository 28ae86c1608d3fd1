import assert from "node:assert/strict";
import { test } from "node:test";
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectLockConfigurationCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  PutObjectLockConfigurationCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { clientsOf, localAws, movableClock } from "../../test/local-aws.js";

const Bucket = "audit-logs";
const Key = "team a/über:web 1+2.json";
const Body = '{"verdict":"deployed"}';

test("an object is stored with its headers, read, listed and deleted, also after a restart", async (t) => {
  const { s3, restart, lines } = await localAws(t);
  await s3.send(new CreateBucketCommand({ Bucket }));
  const Metadata = { author: "alice" };
  const put = new PutObjectCommand({ Bucket, Key, Body, ContentType: "application/json", Metadata });
  const { ETag, ChecksumCRC32 } = await s3.send(put);
  assert.match(ChecksumCRC32 ?? "", /^[\w+/]{6}==$/, "the SDK sends this checksum by itself");
  const again = (await restart()).s3;
  const read = await again.send(new GetObjectCommand({ Bucket, Key }));
  assert.equal(await read.Body?.transformToString(), Body);
  assert.deepEqual([read.ETag, read.ContentType, read.Metadata], [ETag, "application/json", Metadata]);
  assert.equal((await again.send(new HeadObjectCommand({ Bucket, Key }))).ContentLength, Body.length);
  const { Contents } = await again.send(new ListObjectsV2Command({ Bucket, Prefix: "team a/" }));
  assert.deepEqual(
    Contents?.map((one) => [one.Key, one.Size, one.ETag]),
    [[Key, Body.length, ETag]],
  );
  await assert.rejects(again.send(new DeleteBucketCommand({ Bucket })), { name: "BucketNotEmpty" });
  await again.send(new DeleteObjectCommand({ Bucket, Key }));
  await assert.rejects(again.send(new GetObjectCommand({ Bucket, Key })), { name: "NoSuchKey" });
  await assert.rejects(again.send(new HeadObjectCommand({ Bucket, Key })), { name: "NotFound" });
  await again.send(new DeleteBucketCommand({ Bucket }));
  await assert.rejects(again.send(new HeadBucketCommand({ Bucket })), { name: "NotFound" });
  await assert.rejects(again.send(new GetObjectCommand({ Bucket, Key })), { name: "NoSuchBucket" });
  assert.deepEqual(lines, []);
});

test("of two objects that must not exist yet, one is written", async (t) => {
  const { s3 } = await localAws(t);
  await s3.send(new CreateBucketCommand({ Bucket }));
  const put = (text: string) => s3.send(new PutObjectCommand({ Bucket, Key, Body: text, IfNoneMatch: "*" }));
  const results = await Promise.allSettled([put("one"), put("two")]);
  assert.deepEqual(results.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
  const { reason } = results.find((one) => one.status === "rejected") as PromiseRejectedResult;
  assert.deepEqual([reason.name, reason.$metadata.httpStatusCode], ["PreconditionFailed", 412]);
});

test("an object is replaced and deleted only while it has the entity tag that is named", async (t) => {
  const { s3 } = await localAws(t);
  await s3.send(new CreateBucketCommand({ Bucket }));
  const { ETag: IfMatch } = await s3.send(new PutObjectCommand({ Bucket, Key, Body: "one" }));
  await s3.send(new PutObjectCommand({ Bucket, Key, Body: "two" }));
  const failed = { name: "PreconditionFailed" };
  await assert.rejects(s3.send(new PutObjectCommand({ Bucket, Key, Body: "three", IfMatch })), failed);
  await assert.rejects(s3.send(new DeleteObjectCommand({ Bucket, Key, IfMatch })), failed);
  await s3.send(new DeleteObjectCommand({ Bucket, Key, IfMatch: "*" }));
  await assert.rejects(s3.send(new DeleteObjectCommand({ Bucket, Key, IfMatch })), { name: "NoSuchKey" });
});

test("a bucket with Object Lock gives each object its default retention, and demands a checksum", async (t) => {
  const clock = movableClock();
  const { aws, s3 } = await localAws(t, { clock });
  await s3.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true }));
  await s3.send(new PutObjectCommand({ Bucket, Key: "before", Body }));
  assert.equal((await s3.send(new GetObjectCommand({ Bucket, Key: "before" }))).ObjectLockMode, undefined);
  const DefaultRetention = { Mode: "COMPLIANCE", Days: 30 } as const;
  const configuration = { ObjectLockEnabled: "Enabled", Rule: { DefaultRetention } } as const;
  await s3.send(new PutObjectLockConfigurationCommand({ Bucket, ObjectLockConfiguration: configuration }));
  const { ObjectLockConfiguration } = await s3.send(new GetObjectLockConfigurationCommand({ Bucket }));
  assert.deepEqual(ObjectLockConfiguration, configuration);
  await s3.send(new PutObjectCommand({ Bucket, Key, Body, IfNoneMatch: "*" }));
  const read = await s3.send(new GetObjectCommand({ Bucket, Key }));
  assert.equal(read.ObjectLockMode, "COMPLIANCE");
  const days = (Number(read.ObjectLockRetainUntilDate) - clock.now()) / 86_400_000;
  assert.ok(days > 29.9 && days <= 30, `${days} days`);
  const { accessKeyId, secretAccessKey } = await s3.config.credentials();
  const credentials = { accessKeyId, secretAccessKey };
  const bare = new S3Client({
    region: "us-west-2",
    endpoint: aws.url,
    credentials,
    requestChecksumCalculation: "WHEN_REQUIRED",
  });
  bare.middlewareStack.remove("flexibleChecksumsMiddleware");
  await assert.rejects(bare.send(new PutObjectCommand({ Bucket, Key: "bare", Body })), {
    name: "InvalidRequest",
    message: /Content-MD5 OR x-amz-checksum- HTTP header is required/,
  });
});

test("a body that differs from its checksum is refused", async (t) => {
  const { s3 } = await localAws(t);
  await s3.send(new CreateBucketCommand({ Bucket }));
  for (const wrong of [{ ContentMD5: "AAAAAAAAAAAAAAAAAAAAAA==" }, { ChecksumCRC32: "AAAAAA==" }]) {
    await assert.rejects(s3.send(new PutObjectCommand({ Bucket, Key, Body, ...wrong })), { name: "BadDigest" });
  }
});

test("a bucket is also the first label of a host below localhost", async (t) => {
  const { aws, s3 } = await localAws(t);
  const { accessKeyId, secretAccessKey } = await s3.config.credentials();
  const credentials = { accessKeyId, secretAccessKey };
  const hosts: string[] = [];
  const virtual = new S3Client({ region: "us-west-2", endpoint: `http://localhost:${aws.port}`, credentials });
  // Not every resolver knows names below localhost: the request goes to the address, with its own Host header.
  virtual.middlewareStack.add(
    (next) => (args) => {
      const request = args.request as { hostname: string };
      hosts.push(request.hostname);
      request.hostname = "127.0.0.1";
      return next(args);
    },
    { step: "finalizeRequest", priority: "low" },
  );
  await virtual.send(new CreateBucketCommand({ Bucket }));
  await virtual.send(new PutObjectCommand({ Bucket, Key, Body }));
  assert.deepEqual(new Set(hosts), new Set([`${Bucket}.localhost`]));
  const read = await s3.send(new GetObjectCommand({ Bucket, Key }));
  assert.equal(await read.Body?.transformToString(), Body);
});

test("a request for another region is sent to the bucket's, and a client follows it", async (t) => {
  const { aws, s3 } = await localAws(t);
  await s3.send(new CreateBucketCommand({ Bucket }));
  const { accessKeyId, secretAccessKey } = await s3.config.credentials();
  const there = clientsOf(aws, { accessKeyId, secretAccessKey }, "eu-central-1").s3;
  await assert.rejects(there.send(new PutObjectCommand({ Bucket, Key, Body })), { name: "PermanentRedirect" });
  const following = new S3Client({
    region: "eu-central-1",
    endpoint: aws.url,
    credentials: { accessKeyId, secretAccessKey },
    followRegionRedirects: true,
  });
  await following.send(new PutObjectCommand({ Bucket, Key, Body }));
  assert.equal((await s3.send(new HeadObjectCommand({ Bucket, Key }))).ContentLength, Body.length);
});

test("a caller that may not list the bucket does not learn that an object does not exist", async (t) => {
  const statement = { Effect: "Allow", Action: "s3:GetObject", Resource: `arn:aws:s3:::${Bucket}/*` } as const;
  const reader = {
    accessKeyId: "AKIAREADER0000000001",
    secretAccessKey: "readerreader",
    arn: "arn:aws:iam::123456789012:user/reader",
    userId: "AIDAREADER0000000001",
    policy: { Statement: [statement] },
  };
  const { aws, s3 } = await localAws(t, { principals: [reader] });
  await s3.send(new CreateBucketCommand({ Bucket }));
  await s3.send(new PutObjectCommand({ Bucket, Key, Body }));
  const own = clientsOf(aws, reader).s3;
  await own.send(new GetObjectCommand({ Bucket, Key }));
  await assert.rejects(own.send(new GetObjectCommand({ Bucket, Key: "missing" })), {
    name: "AccessDenied",
    message: /not authorized to perform: s3:ListBucket on resource: arn:aws:s3:::audit-logs /,
  });
  await assert.rejects(own.send(new PutObjectCommand({ Bucket, Key, Body })), { name: "AccessDenied" });
});
