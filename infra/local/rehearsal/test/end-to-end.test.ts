import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { connectRuntime } from "../../containers/connect.js";
import { run } from "../../test/support/command.js";

const root = fileURLToPath(new URL("../../../../", import.meta.url));

const rehearse = (env: Record<string, string> = {}, options: string[] = []) =>
  run(["rehearse", "--yes", ...options], { cwd: root, env, echo: true });

/** Containers, networks and volumes that a rehearsal has made. */
async function leftovers(): Promise<string[]> {
  const { docker } = await connectRuntime();
  const filters = JSON.stringify({ label: ["slipway.owner"] });
  const [containers, networks, { Volumes: volumes }] = await Promise.all([
    docker.listContainers({ all: true, filters }),
    docker.listNetworks({ filters }),
    docker.listVolumes({ filters }),
  ]);
  return [
    ...containers.map((it) => `container ${it.Names[0]}`),
    ...networks.map((it) => `network ${it.Name}`),
    ...(volumes ?? []).map((it) => `volume ${it.Name}`),
    // Docker lists networks in no order.
  ].sort();
}

/** Rows of the closing table. */
const tableOf = (output: string) => output.slice(output.lastIndexOf("\nstep ")).split("\n");

let atFirst: string[];
before(async () => {
  atFirst = await leftovers();
});
after(async () => {
  assert.deepEqual(await leftovers(), atFirst, "a rehearsal left something behind");
});

test("a rehearsal deploys, serves, rolls a bad release back and loses no request", async () => {
  const { exitCode, output } = await rehearse().ended;
  assert.equal(exitCode, 0);
  const rows = tableOf(output);
  const good = rows.find((row) => row.startsWith("deploy v1.1.0"));
  assert.match(good ?? "", /v1\.0\.0 ×\d+, v1\.1\.0 ×\d+ +[1-9]\d* ok, 0 failed$/);
  const bad = rows.find((row) => row.startsWith("deploy v1.2.0"));
  assert.match(bad ?? "", /rolled back, as expected +v1\.1\.0 ×\d+ +[1-9]\d* ok, 0 failed$/);
});

test("a rehearsed canary serves its share of the requests, reaches the test listener and loses no request", async () => {
  const { exitCode, output } = await rehearse({}, ["--strategy", "canary"]).ended;
  assert.equal(exitCode, 0);
  assert.match(output, /the test listener answers v1\.1\.0/);
  assert.match(output, /v1\.1\.0 at 10 % of the traffic: served \d+\.\d % of \d+ requests/);
  const rows = tableOf(output);
  const good = rows.find((row) => row.startsWith("deploy v1.1.0"));
  assert.match(good ?? "", /ok, \d+\.\d % at 10 % +v1\.0\.0 ×\d+, v1\.1\.0 ×\d+ +[1-9]\d* ok, 0 failed$/);
  const bad = rows.find((row) => row.startsWith("deploy v1.2.0"));
  assert.match(bad ?? "", /rolled back, as expected +v1\.1\.0 ×\d+ +[1-9]\d* ok, 0 failed$/);
});

test("a second rehearsal at the same time is refused, and an interrupt leaves nothing behind", async () => {
  const first = rehearse();
  await first.prints("▸ publish v1.0.0");
  const second = await rehearse().ended;
  assert.equal(second.exitCode, 1);
  assert.match(second.output, /Another rehearsal is running on this machine/);
  first.kill("SIGINT");
  assert.equal((await first.ended).exitCode, 130);
  assert.deepEqual(await leftovers(), atFirst);
});

test("a remote container runtime is refused by its name before anything is created", async () => {
  const home = await mkdtemp(join(tmpdir(), "slipway-remote-"));
  try {
    const env = { DOCKER_HOST: "tcp://192.0.2.1:2375", XDG_CACHE_HOME: home };
    const { exitCode, output } = await rehearse(env).ended;
    assert.equal(exitCode, 1);
    assert.match(output, /tcp:\/\/192\.0\.2\.1:2375/);
  } finally {
    await rm(home, { recursive: true });
  }
});
