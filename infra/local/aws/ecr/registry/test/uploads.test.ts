import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, symlink } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import { test } from "node:test";
import { CreateRepositoryCommand, UploadLayerPartCommand } from "@aws-sdk/client-ecr";
import { send } from "../../../test/local-aws.js";
import { beginUpload, digestOf, uploadLayer } from "./layers.js";
import { assertError, registry } from "./start.js";

test("a layer is uploaded in chunks with progress, and downloaded unchanged", async (t) => {
  const { base, login } = await registry(t);
  const content = randomBytes(300_000);
  const location = await beginUpload(base, login);
  const chunks = [content.subarray(0, 200_000), content.subarray(200_000)];
  const ranges = ["0-199999", "200000-299999"];
  for (const [index, body] of chunks.entries()) {
    const headers = { ...login, "content-range": ranges[index] ?? "" };
    const sent = await send(location, { method: "PATCH", headers, body });
    assert.equal(sent.status, 202);
    assert.equal(sent.headers.range, index === 0 ? "0-199999" : "0-299999");
    assert.equal(sent.headers.location, location);
    assert.equal(sent.headers["docker-upload-uuid"], location.split("/").at(-1));
  }
  assert.equal((await send(location, { headers: login })).headers.range, "0-299999");
  const put = await send(`${location}?digest=${digestOf(content)}`, { method: "PUT", headers: login });
  assert.equal(put.status, 201);
  assert.equal(put.headers["docker-content-digest"], digestOf(content));

  const got = await send(String(put.headers.location), { headers: login });
  assert.ok(got.body.equals(content));
});

test("the last chunk may come with the PUT, and the whole layer with the POST", async (t) => {
  const { base, login } = await registry(t);
  const content = randomBytes(5_000);
  const location = await beginUpload(base, login);
  const put = await send(`${location}?digest=${digestOf(content)}`, { method: "PUT", headers: login, body: content });
  assert.equal(put.status, 201);
  assert.equal((await uploadLayer(base, login, randomBytes(5_000))).status, 201);
  assert.equal((await uploadLayer(base, login, Buffer.alloc(0))).status, 201, "an empty layer too");
});

test("a chunk that does not continue the upload is refused with how far it is", async (t) => {
  const { base, login } = await registry(t);
  const location = await beginUpload(base, login);
  await send(location, { method: "PATCH", headers: login, body: "12345" });
  const gap = await send(location, { method: "PATCH", headers: { ...login, "content-range": "9-10" }, body: "67" });
  assertError(gap, 416, "BLOB_UPLOAD_INVALID");
  assert.equal(gap.headers.range, "0-4");
});

test("content with another digest than the stated one is rejected and deleted", async (t) => {
  const { base, login, stateDir } = await registry(t);
  const location = await beginUpload(base, login);
  const wrong = digestOf("something else");
  const put = await send(`${location}?digest=${wrong}`, { method: "PUT", headers: login, body: "this" });
  assertError(put, 400, "DIGEST_INVALID", /is not that of the layer's content/);
  assertError(await send(`${base}/blobs/${wrong}`, { headers: login }), 404, "BLOB_UNKNOWN");
  assertError(await send(location, { headers: login }), 404, "BLOB_UPLOAD_UNKNOWN");
  assert.deepEqual(await readdir(join(stateDir, "local-aws", "blobs", "uploads")), []);
  assert.deepEqual(await readdir(join(stateDir, "local-aws", "blobs", "sha256")), []);
});

test("a digest that is none is refused before anything is read", async (t) => {
  const { base, login } = await registry(t);
  const location = await beginUpload(base, login);
  for (const digest of ["", "md5:00", "sha256:zz", `sha512:${"0".repeat(128)}`]) {
    const put = await send(`${location}?digest=${digest}`, { method: "PUT", headers: login, body: "this" });
    assertError(put, 400, "DIGEST_INVALID");
  }
});

test("an upload that breaks off keeps what came, and can be continued", async (t) => {
  const { base, login } = await registry(t);
  const content = randomBytes(200_000);
  const location = await beginUpload(base, login);
  const headers = { ...login, "content-length": String(content.length) };
  const cut = request(location, { method: "PATCH", headers, agent: false });
  cut.on("error", () => {});
  cut.write(content.subarray(0, 100_000));
  await arrived(location, login, "0-99999");
  cut.destroy();

  const finish = () =>
    send(`${location}?digest=${digestOf(content)}`, { method: "PUT", headers: login, body: content.subarray(100_000) });
  let put = await finish();
  // The upload stays locked until the server detects the broken connection.
  while (put.status === 409) put = await finish();
  assert.equal(put.status, 201);
});

test("an upload belongs to the repository that it was begun for", async (t) => {
  const { aws, ecr, base, login } = await registry(t);
  await ecr.send(new CreateRepositoryCommand({ repositoryName: "other" }));
  const location = await beginUpload(base, login);
  const foreign = location.replace("team/app", "other");
  assertError(await send(foreign, { method: "PATCH", headers: login, body: "x" }), 404, "BLOB_UPLOAD_UNKNOWN");
  const made = `${aws.url}/v2/other/blobs/uploads/00000000-0000-0000-0000-000000000000`;
  assertError(await send(made, { method: "PATCH", headers: login, body: "x" }), 404, "BLOB_UPLOAD_UNKNOWN");
});

test("two at once on one upload: one goes on, the other is refused", async (t) => {
  const { base, login } = await registry(t);
  const location = await beginUpload(base, login);
  const slow = request(location, { method: "PATCH", headers: { ...login, "content-length": "10" }, agent: false });
  slow.write("12345");
  await arrived(location, login, "0-4");
  assertError(await send(location, { method: "PATCH", headers: login, body: "xx" }), 409, "BLOB_UPLOAD_INVALID");
  const ended = new Promise<number | undefined>((resolve) => slow.on("response", (each) => resolve(each.statusCode)));
  slow.end("67890");
  assert.equal(await ended, 202);
  const put = await send(`${location}?digest=${digestOf("1234567890")}`, { method: "PUT", headers: login });
  assert.equal(put.status, 201);
});

test("the same layer from many at once is there once", async (t) => {
  const { base, login, stateDir } = await registry(t);
  const content = randomBytes(50_000);
  const answers = await Promise.all(Array.from({ length: 8 }, () => uploadLayer(base, login, content)));
  assert.deepEqual(
    answers.map((each) => each.status),
    Array(8).fill(201),
  );
  assert.equal((await readdir(join(stateDir, "local-aws", "blobs", "sha256"))).length, 1);
});

test("a layer of another repository is mounted; one that is nowhere is to be uploaded", async (t) => {
  const { aws, ecr, base, login } = await registry(t);
  await ecr.send(new CreateRepositoryCommand({ repositoryName: "other" }));
  const content = randomBytes(100);
  await uploadLayer(base, login, content);
  const mount = (digest: string, from: string) =>
    send(`${aws.url}/v2/other/blobs/uploads/?mount=${digest}&from=${from}`, { method: "POST", headers: login });
  assert.equal((await mount(digestOf("nowhere"), "team/app")).status, 202);
  assert.equal((await mount(digestOf(content), "nope")).status, 202);
  assert.equal((await mount(digestOf(content), "team/app")).status, 201);
  assert.equal(
    (await send(`${aws.url}/v2/other/blobs/${digestOf(content)}`, { method: "HEAD", headers: login })).status,
    200,
  );
});

test("a layer is served in ranges", async (t) => {
  const { base, login } = await registry(t);
  const content = Buffer.from("0123456789");
  await uploadLayer(base, login, content);
  const url = `${base}/blobs/${digestOf(content)}`;
  const get = (range: string) => send(url, { headers: { ...login, range } });
  assert.equal((await get("bytes=2-4")).body.toString(), "234");
  assert.equal((await get("bytes=7-")).body.toString(), "789");
  assert.equal((await get("bytes=-3")).body.toString(), "789");
  const part = await get("bytes=5-99");
  assert.equal(part.status, 206);
  assert.equal(part.headers["content-range"], "bytes 5-9/10");
  assertError(await get("bytes=10-"), 416, "SIZE_INVALID");
});

test("a full disk is reported, and nothing of the upload is left", { skip: !existsSync("/dev/full") }, async (t) => {
  const { base, login, stateDir } = await registry(t);
  const uploads = join(stateDir, "local-aws", "blobs", "uploads");
  const location = await beginUpload(base, login);
  await symlink("/dev/full", join(uploads, location.split("/").at(-1) ?? ""));
  const sent = await send(location, { method: "PATCH", headers: login, body: randomBytes(5_000_000) });
  assertError(sent, 507, "UNKNOWN", /^No space is left on the disk that holds the registry's content\./);
  assert.deepEqual(await readdir(uploads), []);
  assertError(await send(location, { headers: login }), 404, "BLOB_UPLOAD_UNKNOWN");
});

test("a layer larger than ECR takes is refused before it is read", async (t) => {
  const { base, login } = await registry(t);
  const location = await beginUpload(base, login);
  const status = await new Promise<number | undefined>((resolve) => {
    const huge = request(location, {
      method: "PATCH",
      headers: { ...login, "content-length": "60000000000" },
      agent: false,
    });
    huge.on("response", (response) => {
      resolve(response.statusCode);
      huge.destroy();
    });
    huge.flushHeaders();
  });
  assert.equal(status, 413);
});

/** Waits until so many bytes of an upload have come. */
async function arrived(location: string, login: Record<string, string>, range: string): Promise<void> {
  while ((await send(location, { headers: login })).headers.range !== range);
}

const CHUNKED = { "transfer-encoding": "chunked" };

for (const way of ["in one chunked request", "in several requests", "with its PUT", "in parts through the API"]) {
  test(`a layer that comes ${way} is refused where it becomes too large, and nothing of it is left`, async (t) => {
    const { base, login, ecr, stateDir } = await registry(t, {}, { largestLayer: 1000 });
    const location = await beginUpload(base, login);
    const patch = (body: Buffer) => send(location, { method: "PATCH", headers: { ...login, ...CHUNKED }, body });
    if (way === "in one chunked request") assertError(await patch(Buffer.alloc(1001)), 413, "SIZE_INVALID");
    if (way === "in several requests") {
      assert.equal((await patch(Buffer.alloc(1000))).status, 202);
      assertError(await patch(Buffer.alloc(1)), 413, "SIZE_INVALID", /^A layer can have at most 1000 bytes\.$/);
    }
    if (way === "with its PUT") {
      const body = Buffer.alloc(1001);
      const url = `${location}?digest=${digestOf(body)}`;
      assertError(await send(url, { method: "PUT", headers: { ...login, ...CHUNKED }, body }), 413, "SIZE_INVALID");
    }
    if (way === "in parts through the API") {
      const upload = { repositoryName: "team/app", uploadId: location.split("/").at(-1) };
      const part = (partFirstByte: number, layerPartBlob: Buffer) =>
        ecr.send(
          new UploadLayerPartCommand({
            ...upload,
            partFirstByte,
            partLastByte: partFirstByte + layerPartBlob.length - 1,
            layerPartBlob,
          }),
        );
      await part(0, Buffer.alloc(1000));
      await assert.rejects(part(1000, Buffer.alloc(1)), { name: "LimitExceededException" });
    }
    assert.deepEqual(await readdir(join(stateDir, "local-aws", "blobs", "uploads")), []);
    assertError(await send(location, { headers: login }), 404, "BLOB_UPLOAD_UNKNOWN");
  });
}
