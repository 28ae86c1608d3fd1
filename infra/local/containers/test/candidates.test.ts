import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { runtimeCandidates } from "../candidates.js";
import { connectRuntime } from "../connect.js";
import { ContainerRuntimeError, NoRuntimeError, RemoteRuntimeError } from "../errors.js";

const nowhere = "/nonexistent";
const paths = (env: Record<string, string>) => runtimeCandidates(env, nowhere).map(({ path }) => path);

test("without a choice the default sockets of Docker and Podman are tried in order", () => {
  assert.deepEqual(paths({ XDG_RUNTIME_DIR: "/run/user/1000" }), [
    "/var/run/docker.sock",
    "/run/podman/podman.sock",
    "/run/user/1000/podman/podman.sock",
  ]);
});

test("a unix DOCKER_HOST is the only one tried", () => {
  assert.deepEqual(paths({ DOCKER_HOST: "unix:///tmp/mine.sock" }), ["/tmp/mine.sock"]);
});

for (const host of ["tcp://10.0.0.1:2375", "ssh://me@build", "https://build:2376", "npipe:////./pipe/docker"]) {
  test(`DOCKER_HOST ${host} is refused by name`, () => {
    assert.throws(
      () => paths({ DOCKER_HOST: host }),
      (error: Error) =>
        error instanceof RemoteRuntimeError &&
        error.message.includes(`DOCKER_HOST names the container runtime ${host}`),
    );
  });
}

test("a password in DOCKER_HOST is not repeated", () => {
  assert.throws(
    () => paths({ DOCKER_HOST: "ssh://me:hunter2@build" }),
    (error: Error) => !error.message.includes("hunter2"),
  );
});

test("a context is used when it is local and refused by name when it is not; it wins over DOCKER_HOST", async (t) => {
  const config = await mkdtemp(join(tmpdir(), "slipway-context-"));
  t.after(() => rm(config, { recursive: true }));
  await writeContext(config, "near", "unix:///tmp/near.sock");
  await writeContext(config, "far", "tcp://10.0.0.1:2375");
  await writeFile(join(config, "config.json"), JSON.stringify({ currentContext: "near" }));
  assert.deepEqual(paths({ DOCKER_CONFIG: config }), ["/tmp/near.sock"]);
  const env = { DOCKER_CONFIG: config, DOCKER_CONTEXT: "far", DOCKER_HOST: "unix:///tmp/mine.sock" };
  assert.throws(() => paths(env), /DOCKER_CONTEXT "far" names the container runtime tcp:\/\/10\.0\.0\.1:2375/);
  assert.throws(
    () => paths({ DOCKER_CONFIG: config, DOCKER_CONTEXT: "none" }),
    /DOCKER_CONTEXT "none".*no such context/,
  );
});

test("a chosen runtime that does not answer is named, and none is offered in its place", async () => {
  await assert.rejects(
    connectRuntime({ DOCKER_HOST: `unix://${nowhere}/docker.sock` }),
    (error: Error) =>
      error instanceof ContainerRuntimeError &&
      !(error instanceof NoRuntimeError) &&
      /DOCKER_HOST names can't be used: .*not there/.test(error.message),
  );
});

async function writeContext(config: string, name: string, host: string): Promise<void> {
  const directory = join(config, "contexts/meta", createHash("sha256").update(name).digest("hex"));
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, "meta.json"), JSON.stringify({ Name: name, Endpoints: { docker: { Host: host } } }));
}
