import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { deflateSync, inflateSync } from "node:zlib";
import { commitTime } from "../../lib/image/commit-time.js";

// One commit as git 2 wrote it, loose and packed. The index is deflated: it is mostly a table of zeros.
const id = "8b38a11fe5da617b093311e705255c79a99612e0";
const loose =
  "eAFVzMEKwjAMgGHPfYrcBUlrmqYgIr5Jk2W6wzYY9f0t3vzPH7/t67p0iIlO/XAHUkl5MqZkyq61IaNn0lkmrklkVneqSKF9+ns/YINbe+jF7hDLNbNURoQzjoL91t3/UUGUUpEHigOFp7+WLXwBO0MkqA==";
const pack =
  "UEFDSwAAAAIAAAACnAd4nFXKwQqDMAwA0Hu/IndhxC5NExCR/UlT4+ZBBen+f73unV+73YFMYlorU6zGblqQ0RPZJitrFNnMnRQplG/7XDecMJXFHnWGMT8TizIiDNiFeh3H3pr/p4woWZF7GnsKL3/vZ/gBkE0haCB4nAMAAAAAAYQNp+gaoUbweSm76rfN1wmkSYmz";
const index =
  "eNr7X+KfzMDAwMQwCkgBjCMcM43i4YW9m2KPOZ3O27kg4an3j2uTOn6/82Tptlgo//RWYjWnseBzVtWYypXThB4c2uYUcYJp1VOgnkog5mnhXf5CaqHbh0rN3a+2n73OucSzc3PhhUO7vuzP+dcS42SUcWZ5n4jQLS4AMAIxvA==";
const time = new Date("2026-02-03T04:05:06+01:00");

let objects: string;
beforeEach(() => {
  objects = mkdtempSync(join(tmpdir(), "objects-"));
});
afterEach(() => rmSync(objects, { recursive: true }));

function write(folder: string, name: string, content: Buffer): void {
  mkdirSync(join(objects, folder), { recursive: true });
  writeFileSync(join(objects, folder, name), content);
}

test("the committer's time of a loose commit is read", async () => {
  write(id.slice(0, 2), id.slice(2), Buffer.from(loose, "base64"));
  assert.deepEqual(await commitTime(objects, id), time);
});

test("the committer's time of a packed commit is read", async () => {
  write("pack", "pack-1.pack", Buffer.from(pack, "base64"));
  write("pack", "pack-1.idx", inflateSync(Buffer.from(index, "base64")));
  assert.deepEqual(await commitTime(objects, id), time);
});

test("a commit that the repository does not hold is an error that names it", async () => {
  const missing = id.replace("8b", "8c");
  await assert.rejects(commitTime(objects, missing), { code: "bad-commit", message: /no readable commit 8c38/ });
  write("pack", "pack-1.pack", Buffer.from(pack, "base64"));
  write("pack", "pack-1.idx", inflateSync(Buffer.from(index, "base64")));
  await assert.rejects(commitTime(objects, missing), { code: "bad-commit" });
});

test("an object that would take more than a commit can is not expanded, and a broken one is reported as unreadable", async () => {
  const header = `commit 99999999\0committer x <x> 1 +0000\n`;
  const bomb = deflateSync(Buffer.concat([Buffer.from(header), Buffer.alloc(64 * 1024 * 1024)]));
  for (const object of [
    bomb,
    Buffer.from("not compressed"),
    deflateSync(`committer x <x> ${"9".repeat(400)} +0000\n`),
  ]) {
    write(id.slice(0, 2), id.slice(2), object);
    await assert.rejects(commitTime(objects, id), { code: "bad-commit" });
  }
});

test("an object that is no commit has no time", async () => {
  write("pack", "pack-1.pack", Buffer.from(pack, "base64"));
  write("pack", "pack-1.idx", inflateSync(Buffer.from(index, "base64")));
  const tree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
  await assert.rejects(commitTime(objects, tree), { code: "bad-commit" });
});
