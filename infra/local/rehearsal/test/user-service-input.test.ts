import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { run } from "../../test/support/command.js";

let directory: string;
before(async () => {
  directory = await mkdtemp(join(tmpdir(), "slipway-own-"));
  await writeFile(join(directory, "target.json"), '{ "region": "us-west-2", "cluster": "main", "service": "api" }');
  await writeFile(join(directory, "broken.json"), "{ region }");
});
after(() => rm(directory, { recursive: true }));

const cases: [name: string, args: string[], message: RegExp][] = [
  [
    "a directory that is not there",
    ["--app", "none", "--target", "target.json"],
    /^--app ".*\/none" is not a directory/m,
  ],
  [
    "a target that is not there",
    ["--app", "."],
    /infra\/targets\/production\.json" can't be read: there is no such file/,
  ],
  ["a target that is no JSON", ["--app", ".", "--target", "broken.json"], /broken\.json" is not JSON/],
  ["a directory without a Dockerfile", ["--app", ".", "--target", "target.json"], /^There is no Dockerfile in /m],
];

for (const [name, args, message] of cases) {
  test(`a rehearsal of ${name} ends with 2 before anything is begun`, async () => {
    const cache = join(directory, "cache");
    const { exitCode, output } = await run(["rehearse", ...args], { cwd: directory, env: { XDG_CACHE_HOME: cache } })
      .ended;
    assert.match(output, message);
    assert.equal(exitCode, 2);
    assert.equal(existsSync(cache), false);
  });
}
