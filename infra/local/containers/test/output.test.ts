import assert from "node:assert/strict";
import { test } from "node:test";
import { clampedUlimits } from "../limits.js";
import { demultiplex, LONGEST_LINE, lineBatches, lineSplitter } from "../output.js";

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
  test(`output that arrives in pieces of ${size} bytes is passed on complete, by stream and by line`, async () => {
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

test("limits are clamped to the machine's own and unlimited keeps the requested value", () => {
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

test("a line without an end is split at 256 KiB less 26 bytes, between characters, and nothing is lost", () => {
  const lines: string[] = [];
  const { write, flush } = lineSplitter((_, line) => lines.push(line));
  const text = `${"a".repeat(LONGEST_LINE - 1)}€${"ö".repeat(LONGEST_LINE)}`;
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += 10_007) write("stdout", bytes.subarray(at, at + 10_007));
  flush();
  assert.equal(lines.join(""), text);
  assert.equal(lines[0], "a".repeat(LONGEST_LINE - 1));
  assert.ok(lines.every((line) => Buffer.byteLength(line) <= LONGEST_LINE && !line.includes("\ufffd")));
});

test("a line of exactly the longest length is one line, and bytes that are no text are kept apart all the same", () => {
  const lines: string[] = [];
  const { write, flush } = lineSplitter((_, line) => lines.push(line));
  write("stdout", Buffer.from(`${"x".repeat(LONGEST_LINE)}\r\ny\n`));
  write("stdout", Buffer.alloc(2 * LONGEST_LINE + 5, 0x80));
  flush();
  assert.deepEqual(
    lines.map((line) => line.length),
    // The carriage return is one byte too many.
    [LONGEST_LINE, 0, 1, LONGEST_LINE, LONGEST_LINE, 5],
  );
});

test("output without an end of line is copied a bounded number of times, however small its chunks", (t) => {
  const copied = t.mock.method(Buffer.prototype, "copy").mock;
  const { write, flush } = lineSplitter(() => undefined);
  const chunk = Buffer.alloc(1 << 10, "x");
  const chunks = 20_000;
  for (let index = 0; index < chunks; index++) write("stdout", chunk);
  flush();
  let bytes = 0;
  for (const { result } of copied.calls) bytes += Number(result);
  assert.ok(bytes < 3 * chunks * chunk.length, `${bytes} bytes were copied for ${chunks * chunk.length}`);
});

test("all lines of a chunk come at once", () => {
  const batches: string[][] = [];
  const { write } = lineBatches((_, lines) => batches.push(lines));
  write("stdout", Buffer.from("a\nb\n\nc"));
  write("stdout", Buffer.from("d\n"));
  assert.deepEqual(batches, [["a", "b", ""], ["cd"]]);
});

test("a frame is passed on as it comes, not gathered until it is whole", async () => {
  const whole = frame(1, "x".repeat(1 << 20));
  const sizes: number[] = [];
  await demultiplex(inPieces(whole, 1 << 16), (_, chunk) => sizes.push(chunk.length));
  assert.equal(
    sizes.reduce((sum, size) => sum + size, 0),
    1 << 20,
  );
  assert.ok(sizes.every((size) => size <= 1 << 16));
});
