import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { after, before, test } from "node:test";
import tar, { type Header } from "tar-stream";
import { busyboxImage } from "../busybox.js";
import { type ContainerRuntime, connectRuntime } from "../connect.js";
import { loadImage } from "../image.js";
import { type TakenLayer, takeLayer } from "../layer.js";
import { removeOwned } from "../owned.js";
import { runToEnd } from "../run.js";

const owner = `test-layer-${process.pid}`;
let runtime: ContainerRuntime;
let image: string;

before(async () => {
  runtime = await connectRuntime();
  image = await loadImage(
    runtime,
    await busyboxImage({ files: { "www/old": "old", "opt/kept": "kept" } }),
    "test-layer",
  );
});

after(async () => {
  await removeOwned(runtime, owner);
  await runtime.docker.getImage(image).remove({ force: true });
});

async function layerAfter(script: string, leaveOut?: (path: string) => boolean): Promise<TakenLayer> {
  let layer: TakenLayer | undefined;
  const ended = async (container: Parameters<typeof takeLayer>[0]) => {
    layer = await takeLayer(container, leaveOut);
  };
  const said: string[] = [];
  const onOutput = (_: string, chunk: Buffer) => said.push(chunk.toString());
  const { exitCode } = await runToEnd(
    runtime,
    owner,
    { Image: image, Cmd: ["sh", "-ec", script] },
    { ended, onOutput },
  );
  assert.equal(exitCode, 0, said.join(""));
  assert.ok(layer);
  return layer;
}

async function entriesOf({ bytes }: TakenLayer) {
  const entries: Record<string, Header & { text: string }> = {};
  for await (const entry of Readable.from([bytes]).pipe(tar.extract())) {
    entries[entry.header.name] = { ...entry.header, text: (await buffer(entry)).toString() };
  }
  return entries;
}

test("a step's layer has what it added with mode and owner, and nothing of the image", async () => {
  const entries = await entriesOf(
    await layerAfter(
      "mkdir /srv; echo run > /srv/run; chmod 750 /srv/run; chown 1000:1000 /srv/run; ln -s run /srv/link",
    ),
  );
  assert.deepEqual(Object.keys(entries), ["srv", "srv/link", "srv/run"]);
  const { mode, uid, gid, text, mtime } = entries["srv/run"] ?? assert.fail();
  assert.deepEqual(
    { mode, uid, gid, text, mtime },
    { mode: 0o750, uid: 1000, gid: 1000, text: "run\n", mtime: new Date(0) },
  );
  assert.equal(entries["srv/link"]?.linkname, "run");
});

test("a step that removes a file leaves a whiteout", async () => {
  const entries = await entriesOf(await layerAfter("rm /www/old"));
  assert.deepEqual(Object.keys(entries), ["www", "www/.wh.old"]);
});

test("a change of a directory's owner and mode alone is in the layer", async () => {
  const entries = await entriesOf(await layerAfter("chown 1000:1000 /opt; chmod 700 /opt"));
  assert.deepEqual(Object.keys(entries), ["opt"]);
  assert.deepEqual([entries.opt?.uid, entries.opt?.mode], [1000, 0o700]);
});

test("a step that writes nothing gives an empty layer", async () => {
  assert.deepEqual(await entriesOf(await layerAfter("true")), {});
});

test("the same step gives the same digest", async () => {
  const script = "mkdir -p /opt/a /opt/b; echo 1 > /opt/b/x; echo 2 > /opt/a/y; ln /opt/b/x /opt/a/x";
  const [first, second] = [await layerAfter(script), await layerAfter(script)];
  assert.equal(first.diffId, second.diffId);
});

test("mount points are left out", async () => {
  const entries = await entriesOf(await layerAfter("mkdir /cache; touch /opt/new", (path) => path === "cache"));
  assert.deepEqual(Object.keys(entries), ["opt", "opt/new"]);
});

test("the layer on top of its image gives the files that the step left", async () => {
  const layer = await layerAfter(
    "rm -r /www; mkdir /www; echo new > /www/new; ln /www/new /www/a-link; ln /opt/kept /opt/another; rm /etc/passwd",
  );
  const base = await busyboxImage({ files: { "www/old": "old", "opt/kept": "kept" } });
  const config = JSON.parse(base.config.toString());
  config.rootfs.diff_ids.push(layer.diffId);
  const top = { diffId: layer.diffId, size: layer.bytes.length, open: () => Readable.from([layer.bytes]) };
  const stacked = { config: Buffer.from(JSON.stringify(config)), layers: [...base.layers, top] };
  const reference = await loadImage(runtime, stacked, "test-layer");
  let said = "";
  const script = "ls /www /etc /opt; cat /www/a-link /opt/another";
  const onOutput = (_: string, chunk: Buffer) => {
    said += chunk;
  };
  await runToEnd(runtime, owner, { Image: reference, Cmd: ["sh", "-c", script] }, { onOutput });
  await runtime.docker.getImage(reference).remove({ force: true });
  assert.doesNotMatch(said, /old|passwd/);
  assert.match(said, /a-link\s+new/);
  assert.match(said, /another\s+kept/);
  assert.match(said, /new\nkept$/);
});
