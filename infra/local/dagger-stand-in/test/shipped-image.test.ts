import assert from "node:assert/strict";
import { createReadStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { extract } from "tar-stream";
import { callFunction, closeStandIns } from "../index.js";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
/** Of a .pyc's header: the bytecode is tied to its source by hash, and not checked. https://peps.python.org/pep-0552/ */
const uncheckedHash = 0b01;

let scratch: string;
let files: Map<string, Buffer>;

before(async () => {
  scratch = await mkdtemp(join(tmpdir(), "slipway-image-"));
  const path = join(scratch, "app.tar");
  const printed: string[] = [];
  const exitCode = await callFunction({
    args: ["build", "export", "--path", path],
    cwd: root,
    env: process.env,
    onStdout: () => {},
    onStderr: (text) => printed.push(text),
    signal: new AbortController().signal,
  });
  assert.equal(exitCode, 0, printed.join(""));
  files = await bytecodeOf(path);
});
after(async () => {
  await closeStandIns();
  await rm(scratch, { recursive: true, force: true });
});

test("the image holds the bytecode of all that a start and a health check import", () => {
  for (const module of ["http/*client", "*socket", "flask/*app", "gunicorn/*config", "werkzeug/*serving"]) {
    const path = new RegExp(`/${module.replace("*", "__pycache__/")}\\.cpython-\\d+\\.pyc$`);
    assert.ok(
      [...files.keys()].some((file) => path.test(file)),
      `no bytecode of ${module}`,
    );
  }
});

test("the image's bytecode is valid for any times of its files", () => {
  const checked = [...files].filter(([, header]) => header.readUInt32LE(4) !== uncheckedHash).map(([path]) => path);
  assert.deepEqual(checked, []);
});

/** The first bytes of every .pyc in the layers of an exported image, by its path. */
async function bytecodeOf(path: string): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>();
  for await (const blob of createReadStream(path).pipe(extract())) {
    const content = await buffer(blob);
    const isLayer = blob.header.name.startsWith("blobs/") && content[0] !== "{".charCodeAt(0);
    if (!isLayer) continue;
    for await (const entry of Readable.from([content]).pipe(extract())) {
      if (entry.header.name.endsWith(".pyc")) found.set(`/${entry.header.name}`, (await buffer(entry)).subarray(0, 16));
      else entry.resume();
    }
  }
  return found;
}
