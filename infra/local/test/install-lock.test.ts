import assert from "node:assert/strict";
import { chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { bareCheckout } from "./support/bare-checkout.js";

/** In place of npm: shows the lock that is held meanwhile, and fails. */
const showLock = `
const { readFileSync } = require("node:fs");
const { dirname, join } = require("node:path");
console.error("lock:", readFileSync(join(dirname(process.argv[1]), ".slipway-install.lock"), "utf8"), "of", process.ppid);
process.exit(1);`;

test("packages are installed under a lock in the checkout, which is released when that fails", async (t) => {
  const { path, start } = await bareCheckout(t, showLock);
  const { exitCode, stderr } = await start("aws");
  assert.match(stderr, /^lock: (\d+) \d+ of \1$/m);
  assert.equal(exitCode, 2);
  await assert.rejects(readFile(join(path, ".slipway-install.lock")), { code: "ENOENT" });
});

test("a second install in the same checkout is refused, naming the process of the first", async (t) => {
  const { path, start } = await bareCheckout(t, showLock);
  await writeFile(join(path, ".slipway-install.lock"), await identity(process.pid));
  const { exitCode, stderr } = await start("aws");
  assert.equal(
    stderr,
    `Process ${process.pid} is installing node packages in this checkout. Try again when it has ended.\n`,
  );
  assert.equal(exitCode, 2);
});

for (const [name, holder] of [
  ["of a process that has ended", "4194304 1"],
  ["whose process id another process has by now", `${process.pid} 1`],
  ["of an older release, with a process id alone", String(process.pid)],
  ["that is damaged", "\0"],
  ["that is empty", ""],
] as const) {
  test(`a lock ${name} does not stop an install`, async (t) => {
    const { path, start } = await bareCheckout(t, showLock);
    await writeFile(join(path, ".slipway-install.lock"), holder);
    assert.match((await start("aws")).stderr, /^lock: (\d+) \d+ of \1$/m);
  });
}

test("a checkout that can't be written to is refused with the next step", async (t) => {
  const { path, start } = await bareCheckout(t, showLock, { unprivileged: true });
  await chmod(path, 0o555);
  const { exitCode, stderr } = await start("aws").finally(() => chmod(path, 0o755));
  assert.match(stderr, /^The locked node packages are not installed in .*EACCES.*, or use a checkout of your own\.$/m);
  assert.equal(exitCode, 2);
});

async function identity(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8");
  return `${pid} ${stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]}`;
}
