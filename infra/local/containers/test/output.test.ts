import assert from "node:assert/strict";
import { test } from "node:test";
import { clampedUlimits } from "../limits.js";
import { demultiplex, lineSplitter } from "../output.js";

function frame(stream: 1 | 2, text: string): Buffer {
  const body = Buffer.from(text);
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(body.length, 4);
  return Buffer.concat([header, body]);
}

async function* inPieces(bytes: Buffer, size: number) {
  for (let offset = 0; offset < bytes.length; offset += size) yield bytes.subarray(offset, offset + size);
}

for (const size of [1, 3, 9, 1000]) {
  test(`output that arrives in pieces of ${size} bytes is told whole, by stream and by line`, async () => {
    const lines: string[] = [];
    const { write, flush } = lineSplitter((stream, line) => lines.push(`${stream}: ${line}`));
    const bytes = Buffer.concat([frame(1, "one\ntw"), frame(2, "bad\r\n"), frame(1, "ö\n\n"), frame(1, "rest")]);
    await demultiplex(inPieces(bytes, size), write);
    assert.ok(!lines.includes("stdout: rest"));
    flush();
    assert.deepEqual(lines, ["stdout: one", "stderr: bad", "stdout: twö", "stdout: ", "stdout: rest"]);
  });
}

const limits = [
  "Limit                     Soft Limit           Hard Limit           Units     ",
  "Max processes             unlimited            unlimited            processes ",
  "Max open files            1024                 20000                files     ",
].join("\n");

test("limits are clamped to the machine's own and unlimited stays what was asked", () => {
  assert.deepEqual(clampedUlimits([], limits, 4194304), [
    { Name: "nofile", Soft: 20000, Hard: 20000 },
    { Name: "nproc", Soft: 65535, Hard: 65535 },
  ]);
  assert.deepEqual(clampedUlimits([], limits, 32768)[1], { Name: "nproc", Soft: 32768, Hard: 32768 });
  assert.deepEqual(clampedUlimits([{ Name: "nofile", Soft: 512, Hard: -1 }], limits)[0], {
    Name: "nofile",
    Soft: 512,
    Hard: 20000,
  });
});
