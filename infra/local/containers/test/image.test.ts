import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { before, test } from "node:test";
import { busyboxImage } from "../busybox.js";
import { type ContainerRuntime, connectRuntime } from "../connect.js";
import { ContainerRuntimeError } from "../errors.js";
import { hasImage, loadImage } from "../image.js";

let runtime: ContainerRuntime;
before(async () => {
  runtime = await connectRuntime();
});

async function remove(reference: string) {
  await runtime.docker.getImage(reference).remove({ force: true });
}

for (const gzip of [false, true]) {
  test(`an image with ${gzip ? "gzip" : "plain"} layers is loaded under its config's digest`, async () => {
    const image = await busyboxImage({ gzip, config: { Labels: { gzip: String(gzip) } } });
    const reference = await loadImage(runtime, image, "test");
    const { Config, RootFS } = await runtime.docker.getImage(reference).inspect();
    await remove(reference);
    assert.match(reference, /^localhost\/slipway\/test:[0-9a-f]{64}$/);
    assert.equal(Config.Labels?.gzip, String(gzip));
    assert.deepEqual(RootFS.Layers, [image.layers[0]?.diffId]);
  });
}

test("an image that the runtime has is not sent again", async () => {
  const image = await busyboxImage();
  const reference = await loadImage(runtime, image, "test");
  const layers = image.layers.map((layer) => ({ ...layer, open: () => assert.fail("the layer is read again") }));
  assert.equal(await loadImage(runtime, { ...image, layers }, "test"), reference);
  await remove(reference);
});

test("a layer that another image brought is not sent again to Docker", async (t) => {
  if (runtime.kind !== "docker") return t.skip("Podman wants every layer in the archive");
  const first = await loadImage(runtime, await busyboxImage(), "test");
  const image = await busyboxImage({ config: { Labels: { second: "yes" } } });
  const layers = image.layers.map((layer) => ({ ...layer, open: () => assert.fail("the layer is read again") }));
  const second = await loadImage(runtime, { ...image, layers }, "test");
  await Promise.all([remove(first), remove(second)]);
});

test("a layer that can't be read fails the load with the layer's own error and leaves no image", async () => {
  const image = await busyboxImage({ files: { "www/unread": "unread" } });
  const open = () =>
    new Readable({
      read() {
        this.destroy(new Error("blob is missing"));
      },
    });
  const [layer] = image.layers;
  assert.ok(layer);
  await assert.rejects(loadImage(runtime, { ...image, layers: [{ ...layer, open }] }, "test"), /blob is missing/);
  assert.equal(await hasImage(runtime, `localhost/slipway/test:${"0".repeat(64)}`), false);
});

test("layers that are not those of the config are refused by name", async () => {
  const image = await busyboxImage();
  await assert.rejects(loadImage(runtime, { ...image, layers: [] }, "test"), (error: Error) => {
    assert.ok(error instanceof ContainerRuntimeError);
    assert.match(error.message, /not those of its config/);
    return true;
  });
});
