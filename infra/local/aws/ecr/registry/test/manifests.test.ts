import assert from "node:assert/strict";
import { test } from "node:test";
import { DescribeImagesCommand } from "@aws-sdk/client-ecr";
import { send } from "../../../test/local-aws.js";
import { digestOf, imageIn, OCI_MANIFEST, pushManifest } from "./layers.js";
import { assertError, registry } from "./start.js";

test("a manifest goes out byte by byte as it came, by tag and by digest", async (t) => {
  const { base, login } = await registry(t);
  const image = await imageIn(base, login);
  const spaced = `${image.manifest}\n\n  `;
  const put = await pushManifest(base, login, "v1", spaced);
  assert.equal(put.status, 201);
  assert.equal(put.headers["docker-content-digest"], digestOf(spaced));
  for (const reference of ["v1", digestOf(spaced)]) {
    const got = await send(`${base}/manifests/${reference}`, { headers: login });
    assert.equal(got.body.toString(), spaced);
    assert.equal(got.headers["content-type"], OCI_MANIFEST);
    assert.equal(got.headers["docker-content-digest"], digestOf(spaced));
    const head = await send(`${base}/manifests/${reference}`, { method: "HEAD", headers: login });
    assert.equal(head.headers["content-length"], String(spaced.length));
    assert.equal(head.body.length, 0);
  }
});

test("a manifest whose layers are not there is refused", async (t) => {
  const { base, login } = await registry(t);
  const { manifest, layer } = await imageIn(base, login);
  const missing = digestOf("missing");
  const put = await pushManifest(base, login, "v1", manifest.replace(layer, missing));
  assertError(
    put,
    404,
    "MANIFEST_BLOB_UNKNOWN",
    new RegExp(`^Layers with digests '\\[${missing}\\]' required for pushing image`),
  );
  assertError(
    await send(`${base}/manifests/v1`, { headers: login }),
    404,
    "MANIFEST_UNKNOWN",
    /^Requested image not found$/,
  );
});

test("what is no manifest is refused", async (t) => {
  const { base, login } = await registry(t);
  const wrong = ["{", "[]", "null", "{}", '{"config":{"digest":"sha256:1"}}', '{"mediaType":"application/json"}'];
  for (const each of wrong) assertError(await pushManifest(base, login, "v1", each), 400, "MANIFEST_INVALID");
  const { manifest } = await imageIn(base, login);
  const other = await pushManifest(base, login, digestOf("other"), manifest);
  assertError(other, 400, "DIGEST_INVALID");
  assertError(await pushManifest(base, login, "-bad", manifest), 400, "TAG_INVALID");
  const huge = " ".repeat(5 << 20);
  assertError(await pushManifest(base, login, "v1", huge), 413, "MANIFEST_INVALID");
});

test("a tag moves to the image that is pushed last, and the other image stays without it", async (t) => {
  const { ecr, base, login } = await registry(t);
  const [first, second] = [await imageIn(base, login), await imageIn(base, login)];
  await pushManifest(base, login, "v1", first.manifest);
  await pushManifest(base, login, "v1", second.manifest);
  const got = await send(`${base}/manifests/v1`, { method: "HEAD", headers: login });
  assert.equal(got.headers["docker-content-digest"], second.digest);
  const { imageDetails } = await ecr.send(new DescribeImagesCommand({ repositoryName: "team/app" }));
  const tags = Object.fromEntries((imageDetails ?? []).map((each) => [each.imageDigest, each.imageTags]));
  assert.deepEqual(tags, { [first.digest]: undefined, [second.digest]: ["v1"] });
});

test("an immutable tag stays, even for the same image, in ECR's words", async (t) => {
  const { base, login } = await registry(t, { imageTagMutability: "IMMUTABLE" });
  const [first, second] = [await imageIn(base, login), await imageIn(base, login)];
  assert.equal((await pushManifest(base, login, "v1", first.manifest)).status, 201);
  for (const { manifest } of [first, second]) {
    const message =
      /^The image tag 'v1' already exists in the 'team\/app' repository and cannot be overwritten because the tag is immutable\.$/;
    assertError(await pushManifest(base, login, "v1", manifest), 400, "TAG_INVALID", message);
  }
  assert.equal((await pushManifest(base, login, "v2", first.manifest)).status, 201);
});

test("of two that push the same immutable tag at once, one wins", async (t) => {
  const { base, login } = await registry(t, { imageTagMutability: "IMMUTABLE" });
  const images = await Promise.all(Array.from({ length: 6 }, () => imageIn(base, login)));
  const answers = await Promise.all(images.map(({ manifest }) => pushManifest(base, login, "v1", manifest)));
  assert.deepEqual(answers.map((each) => each.status).sort(), [201, 400, 400, 400, 400, 400]);
});

test("tags are listed by pages", async (t) => {
  const { aws, base, login } = await registry(t);
  const { manifest } = await imageIn(base, login);
  for (const tag of ["c", "a", "b", "constructor", "__proto__"]) await pushManifest(base, login, tag, manifest);
  const first = await send(`${base}/tags/list?n=2`, { headers: login });
  assert.deepEqual(first.json(), { name: "team/app", tags: ["__proto__", "a"] });
  const next = /<(.+)>; rel="next"/.exec(String(first.headers.link))?.[1];
  const second = await send(`${aws.url}${next}`, { headers: login });
  assert.deepEqual(second.json().tags, ["b", "c"]);
  assert.deepEqual((await send(`${base}/tags/list`, { headers: login })).json().tags, [
    "__proto__",
    "a",
    "b",
    "c",
    "constructor",
  ]);
  assert.deepEqual((await send(`${aws.url}/v2/_catalog`, { headers: login })).json(), { repositories: ["team/app"] });
});

test("an image of many platforms needs its images, and they can't go before it", async (t) => {
  const { base, login } = await registry(t);
  const image = await imageIn(base, login);
  const mediaType = "application/vnd.oci.image.index.v1+json";
  const manifests = [{ mediaType: OCI_MANIFEST, digest: image.digest, size: image.manifest.length }];
  const index = JSON.stringify({ schemaVersion: 2, mediaType, manifests });
  const push = () =>
    send(`${base}/manifests/multi`, { method: "PUT", headers: { ...login, "content-type": mediaType }, body: index });
  assertError(await push(), 404, "MANIFEST_BLOB_UNKNOWN", /^Images with digests/);
  await pushManifest(base, login, image.digest, image.manifest);
  assert.equal((await push()).status, 201);
  const remove = (digest: string) => send(`${base}/manifests/${digest}`, { method: "DELETE", headers: login });
  assertError(await remove(image.digest), 403, "DENIED", /referenced by manifest list/);
  assert.equal((await remove(digestOf(index))).status, 202);
  assert.equal((await remove(image.digest)).status, 202);
});

test("a deleted image's layers go with it, but not those that another image has", async (t) => {
  const { base, login } = await registry(t);
  const shared = Buffer.from("shared by two");
  const [alone, one, two] = [
    await imageIn(base, login),
    await imageIn(base, login, shared),
    await imageIn(base, login, shared),
  ];
  for (const [tag, { manifest }] of Object.entries({ alone, one })) await pushManifest(base, login, tag, manifest);
  const other = `${two.manifest}\n`;
  await pushManifest(base, login, "two", other);
  for (const digest of [alone.digest, one.digest]) {
    assert.equal((await send(`${base}/manifests/${digest}`, { method: "DELETE", headers: login })).status, 202);
  }
  const has = async (digest: string) =>
    (await send(`${base}/blobs/${digest}`, { method: "HEAD", headers: login })).status;
  assert.equal(await has(alone.layer), 404);
  assert.equal(await has(digestOf(shared)), 200);
});

test("what refers to an image is found by it, with its annotations, and by its type", async (t) => {
  const { base, login } = await registry(t);
  const image = await imageIn(base, login);
  await pushManifest(base, login, "v1", image.manifest);
  const subject = { mediaType: OCI_MANIFEST, digest: image.digest, size: image.manifest.length };
  const about = async (more: object) => {
    const manifest = JSON.stringify({ ...JSON.parse((await imageIn(base, login)).manifest), subject, ...more });
    const put = await pushManifest(base, login, digestOf(manifest), manifest);
    assert.equal(put.headers["oci-subject"], image.digest);
    return { mediaType: OCI_MANIFEST, digest: digestOf(manifest), size: manifest.length };
  };
  const annotations = { "org.example.by": "operator" };
  const typed = { ...(await about({ artifactType: "application/x-signature", annotations })), annotations };
  const plain = { ...(await about({})), artifactType: "application/vnd.oci.image.config.v1+json" };
  const signature = { ...typed, artifactType: "application/x-signature" };
  const found = async (query: string) =>
    (await send(`${base}/referrers/${image.digest}${query}`, { headers: login })).json().manifests;
  assert.deepEqual(await found(""), [signature, plain]);
  assert.deepEqual(await found("?artifactType=application/x-signature"), [signature]);
});
