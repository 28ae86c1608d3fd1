import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type Checkout, makeCheckout, temporary } from "./support/checkout.js";
import { run } from "./support/command.js";
import { openEnvironment } from "./support/environment.js";
import { failingRuntime } from "./support/failing-runtime.js";

let checkout: Checkout;

before(async () => {
  checkout = await makeCheckout();
});
after(() => checkout.remove());

test("a port in use is refused by its number, by the local AWS and by a rehearsal", async (t) => {
  const cwd = await temporary(t);
  const server = createServer().listen(0, "127.0.0.1");
  t.after(() => server.close());
  await once(server, "listening");
  const port = String((server.address() as AddressInfo).port);
  const message = new RegExp(
    `^Port ${port} on 127\\.0\\.0\\.1 is in use\\. Pass another --port, or 0 for any free port\\.$`,
    "m",
  );
  for (const [command, code] of [
    ["aws", 2],
    ["rehearse", 1],
  ] as const) {
    const { exitCode, output } = await run([command, "--port", port], { cwd, env: { XDG_CACHE_HOME: cwd } }).ended;
    assert.match(output, message);
    assert.equal(exitCode, code);
  }
});

test("a service is not served on a port that is in use", async (t) => {
  const server = createServer().listen(0, "127.0.0.1");
  t.after(() => server.close());
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const words = ["call", "serve", "up", "--ports", `${port}:5000`];
  const { exitCode, output } = await run(words, { cwd: checkout.path }).ended;
  assert.match(output, new RegExp(`^Error: Port ${port} of this machine is in use\\. Pass another one, `, "m"));
  assert.equal(exitCode, 1);
});

test("a remote container runtime is refused by its name, without its password", async (t) => {
  const cwd = await temporary(t);
  const env = { XDG_CACHE_HOME: cwd, DOCKER_HOST: "tcp://ada:hunter22@192.0.2.1:2375" };
  const { exitCode, output } = await run(["aws", "--port", "0"], { cwd, env }).ended;
  assert.match(
    output,
    /^DOCKER_HOST names the container runtime tcp:\/\/ada:\*\*\*@192\.0\.2\.1:2375, .*Unset DOCKER_HOST and try again\.$/m,
  );
  assert.equal(exitCode, 2);
});

test("a container runtime that stops during a call is reported, with the containers that may be left", async (t) => {
  // A new test is not in the cache.
  await checkout.write("app/tests/test_new.py", `def test_new():\n    assert ${Date.now()}\n`);
  const { host } = await failingRuntime(t);
  const { exitCode, output } = await run(["call", "test"], { cwd: checkout.path, env: { DOCKER_HOST: host } }).ended;
  checkout.clean();
  assert.match(
    output,
    /^Error: .*The container runtime has stopped answering \(.*\)\. Start it again and repeat the command\.( \[traceparent:[\w-]+\])?$/m,
  );
  assert.match(
    output,
    /^Containers may be left, .*: docker ps .* --filter label=slipway\.owner=stand-in-[0-9a-f]{12} \| xargs /m,
  );
  assert.doesNotMatch(output, /^ +at /m);
  assert.equal(exitCode, 1);
});

test("a registry whose disk is full is reported, and the version is not published", async (t) => {
  const environment = await openEnvironment();
  t.after(() => environment.close());
  const unmount = await fillDisk(join(environment.stateDir, "local-aws/blobs"));
  if (!unmount) return t.skip("only root can mount a disk that is full");
  const before = await environment.state();
  const { exitCode, stdout, stderr } = await environment.call([...environment.at, "publish", "--version", "v1.2.3"]);
  unmount();
  assert.match(
    stderr,
    /answered 507 to .*No space is left on the disk that holds the registry's content\. Free some, then /,
  );
  assert.deepEqual([exitCode, stdout], [2, ""]);
  assert.deepEqual(await environment.state(), before);
});

/** Mounts a disk that is too small for a layer as a registry's content. @returns A function that unmounts it. */
async function fillDisk(blobs: string): Promise<(() => void) | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", blobs]);
  for (const name of ["sha256", "uploads"]) await mkdir(join(blobs, name));
  return () => execFileSync("umount", ["--lazy", blobs]);
}
