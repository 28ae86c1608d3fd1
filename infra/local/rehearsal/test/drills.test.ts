import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { drillArgs, requireKnownDrills } from "../drills.js";
import { parseOptions } from "../options.js";

test("the drills are those that were named, with containers, on the target that was named", () => {
  const options = parseOptions(["--drills", "--name", "exits", "--name", "goes-well", "--target", "staging"]);
  assert.deepEqual(drillArgs(options), [
    ...["drill", "--time", "containers", "--target", "staging"],
    ...["--name", "exits", "--name", "goes-well"],
  ]);
});

test("by default all drills run on the production target", () => {
  assert.deepEqual(drillArgs(parseOptions(["--drills"])), ["drill", "--time", "containers", "--target", "production"]);
});

test("names of drills are refused without --drills", () => {
  for (const args of [
    ["--name", "exits"],
    ["--target", "staging"],
  ])
    assert.throws(() => parseOptions(args), /accepted with --drills/);
});

const start = fileURLToPath(new URL("../../start.mjs", import.meta.url));
const { signal } = new AbortController();

test("a rehearsal with an unknown drill ends with 2 before it starts", async (t) => {
  const cache = join(await mkdtemp(join(tmpdir(), "slipway-test-")), "none");
  t.after(() => rm(dirname(cache), { recursive: true }));
  const args = [start, "rehearse", "--drills", "--name", "exits-at-one"];
  const child = spawn(process.execPath, args, { env: { ...process.env, XDG_CACHE_HOME: cache } });
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  assert.equal(code, 2);
  assert.match(err, /^--name exits-at-one: there is no such drill\. Nearest: exits-at-once, /);
  assert.equal(out, "");
  assert.equal(existsSync(cache), false);
});

test("an unknown target is refused with its name and the existing targets", async () => {
  const refused = requireKnownDrills({ name: [], target: "prodution" }, signal);
  await assert.rejects(refused, /^Error: --target prodution: there is no such file in .*\. Accepted: production\.$/);
});

test("a prefix of drills' names is accepted", async () => {
  await requireKnownDrills({ name: ["exits"], target: "production" }, signal);
});
