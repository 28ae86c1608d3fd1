import assert from "node:assert/strict";
import { mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { after, before, test } from "node:test";
import { pack } from "tar-stream";
import { imageDigestIn } from "../../lib/image/image-archive.js";

const digest = `sha256:${"a".repeat(64)}`;
const index = JSON.stringify({ schemaVersion: 2, manifests: [{ digest, size: 3 }] });
let scratch: string;
let path: string;

before(async () => {
  scratch = await mkdtemp(join(tmpdir(), "slipway-archive-"));
  path = join(scratch, "image.tar");
});
after(() => rm(scratch, { recursive: true, force: true }));

async function archiveOf(files: [name: string, content: string][]): Promise<Buffer> {
  const archive = pack();
  for (const [name, content] of files) archive.entry({ name }, content);
  archive.finalize();
  return await buffer(archive);
}

const layer: [string, string] = [`blobs/sha256/${"b".repeat(64)}`, "x".repeat(1000)];

test("the digest is that of the index, wherever it stands in the archive", async () => {
  for (const files of [
    [layer, ["index.json", index] as [string, string], layer],
    [["index.json", index] as [string, string], layer],
  ]) {
    await writeFile(path, await archiveOf(files));
    assert.equal(await imageDigestIn(path), digest);
  }
});

test("a layer of 9 GiB, whose size is binary in the archive, is skipped without being read", async () => {
  const size = 9 * 1024 ** 3;
  const header = (await archiveOf([["blobs/sha256/large", ""]])).subarray(0, 512);
  header.writeUInt8(0x80, 124);
  header.fill(0, 125, 136);
  header.writeBigUInt64BE(BigInt(size), 128);
  // The file has a hole in place of the layer.
  const file = await open(path, "w");
  await file.write(header, 0, 512, 0);
  const rest = await archiveOf([["index.json", index]]);
  await file.write(rest, 0, rest.length, 512 + size);
  await file.close();
  assert.equal(await imageDigestIn(path), digest);
});

test("an archive without an index, of several images or of none, or with a digest that is none is an error", async () => {
  const manifests = (...digests: unknown[]) => JSON.stringify({ manifests: digests.map((one) => ({ digest: one })) });
  for (const [files, message] of [
    [[layer], /has no index\.json/],
    [[["index.json", manifests(digest, digest)]], /has 2 images in its index, and one was expected/],
    [[["index.json", "{}"]], /has 0 images/],
    [[["index.json", manifests("sha256:../../x")]], /has 1 images/],
    [[["index.json", " ".repeat(1024 * 1024 + 1)]], /has 1048577 bytes/],
  ] as [[string, string][], RegExp][]) {
    await writeFile(path, await archiveOf(files));
    await assert.rejects(imageDigestIn(path), { message });
  }
});
