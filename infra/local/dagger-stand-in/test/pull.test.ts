import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Container } from "../api/container.js";
import { defaultPlatform } from "../base/platform.js";
import { publicRegistry, type ReadOnlyRegistry } from "./support/registry.js";
import { type TestSession, testSession } from "./support/session.js";

const platform = defaultPlatform();
let registry: ReadOnlyRegistry;
let made: TestSession;

before(async () => {
  registry = await publicRegistry(platform.split("/")[1] ?? "");
  made = await testSession();
});
after(async () => {
  registry.close();
  await made.remove();
});

const from = (address: string, on = platform) => Container.scratch(made.session, on).from({ address });

test("an image comes from its registry with a token, for the platform wanted, its layers unpacked", async () => {
  const { layers, config, imageRef } = await from(`${registry.host}/tools/busybox:1.0`).state();
  assert.equal(layers[0]?.digest, registry.image.layers[0]?.diffId);
  assert.deepEqual(config.Labels, { from: "the registry" });
  assert.equal(imageRef, `${registry.host}/tools/busybox:1.0@${registry.index}`);
});

test("a layer that is there is not fetched again", async () => {
  const before = registry.served.length;
  await from(`${registry.host}/tools/busybox@${registry.image.digest}`).state();
  assert.deepEqual(registry.served.slice(before).filter((path) => path.startsWith("blobs/")).length, 1);
});

test("a file of an image is read out of its layers", async () => {
  const image = from(`${registry.host}/tools/busybox:1.0`);
  assert.match(await image.file({ path: "/etc/passwd" }).contents(), /^root:x:0:0/);
  assert.deepEqual(await image.directory({ path: "/etc" }).entries({}), ["passwd"]);
  await assert.rejects(image.file({ path: "/etc/nope" }).contents(), /There is no file \/etc\/nope in this container/);
});

test("a platform that the image is not there for is named with those that it is there for", async () => {
  const wanted = from(`${registry.host}/tools/busybox:1.0`, "linux/s390x").state();
  await assert.rejects(wanted, /is not available for linux\/s390x\. Available: linux\/riscv64, linux\/(amd64|arm64)\./);
});

test("bytes that are not those of their digest are refused", async () => {
  registry.corrupt.add(`manifests/${registry.image.digest}`);
  const state = from(`${registry.host}/tools/busybox@${registry.image.digest}`).state();
  // The session has cached it: a new one sends the request again.
  await state;
  const other = await testSession();
  const again = Container.scratch(other.session, platform)
    .from({ address: `${registry.host}/tools/busybox:1.0` })
    .state();
  await assert.rejects(again, /The registry returned sha256:[0-9a-f]{64}; sha256:[0-9a-f]{64} was requested/);
  registry.corrupt.clear();
  await other.remove();
});

test("a missing image and an unreachable registry have different errors", async () => {
  await assert.rejects(from(`${registry.host}/tools/busybox:2.0`).state(), /answered 404 to manifests\/2\.0/);
  await assert.rejects(
    from("127.0.0.1:1/tools/busybox:1.0").state(),
    /The image registry 127\.0\.0\.1:1 can't be reached/,
  );
  await assert.rejects(from("Not An Image").state(), /is not an image reference\. Accepted: NAME:TAG/);
});
