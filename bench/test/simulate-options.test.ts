import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { help, readOptions } from "../simulate/simulate-options.js";

const read = (line: string) => readOptions(line.split(" ").filter(Boolean), 4);

test("a thousand seeds from 1 on run on all cores by default", () => {
  assert.deepEqual(read(""), { kind: "many", first: 1, count: 1000, jobs: 4 });
  assert.deepEqual(read("--seeds 20 --from 501 --jobs 2"), { kind: "many", first: 501, count: 20, jobs: 2 });
});

test("--seeds with --seed runs as many seeds from that one on", () => {
  assert.deepEqual(read("--seeds 3 --seed 7"), { kind: "many", first: 7, count: 3, jobs: 4 });
  assert.deepEqual(read("--seed 7 --seeds 1"), { kind: "many", first: 7, count: 1, jobs: 4 });
});

test("--seed alone runs one seed, and --shrink makes it smaller", () => {
  assert.deepEqual(read("--seed 7"), { kind: "one", seed: 7, shrink: false });
  assert.deepEqual(read("--seed 7 --shrink"), { kind: "one", seed: 7, shrink: true });
});

for (const [line, message] of [
  ["--seed 7 --from 1", /--seed and --from both name a seed/],
  ["--seeds 3 --seed 7 --from 1", /--seed and --from both name a seed/],
  ["--shrink", /--shrink has no effect without --seed/],
  ["--shrink --from 3", /--shrink has no effect/],
  ["--seeds 3 --seed 7 --shrink", /--shrink has no effect/],
  ["--seed 7 --jobs 2", /--jobs has no effect with --seed alone/],
  ["--seeds 0", /--seeds is "0". Accepted: a whole number .*from 1 on/],
  ["--jobs 0", /--jobs is "0"/],
  ["--seed x", /--seed is "x"/],
  ["--from -1", /from/],
  ["--sed 7", /--sed/],
  ["7", /positional/],
] as const) {
  test(`${line} is refused`, () => assert.throws(() => read(line), message));
}

test("the help states what --seed means with and without --seeds", () => {
  assert.deepEqual(read("--help"), { kind: "help" });
  assert.match(help, /--from S .*with --seeds, --seed S means the same/);
  assert.match(help, /--seed S .*without --seeds: this seed alone/);
});

test("npm run simulate runs the seeds of the command line, and refuses wrong options with exit code 2", () => {
  const main = fileURLToPath(new URL("../simulate/main.ts", import.meta.url));
  const run = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [...process.execArgv, main, ...args], {
      encoding: "utf8",
    });
    return { status, stdout, stderr };
  };
  const played = run("--seeds", "2", "--seed", "7", "--jobs", "1");
  assert.equal(played.status, 0, played.stderr);
  assert.match(played.stdout, /\b2 seeds|seeds 7 to 8|from 7/);
  const refused = run("--seed", "7", "--from", "1");
  assert.equal(refused.status, 2);
  assert.match(refused.stderr, /both name a seed.*Usage: npm run simulate/s);
});
