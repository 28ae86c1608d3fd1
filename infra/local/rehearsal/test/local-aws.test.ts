import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { openState } from "../../aws/state.js";
import { findKeptLocalAws, localAwsHelp } from "../local-aws.js";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "slipway-kept-"));
  const endpoint = { url: "http://127.0.0.1:4566", port: 4566, pid: process.pid };
  await writeFile(join(directory, "endpoint.json"), JSON.stringify(endpoint));
});
afterEach(() => rm(directory, { recursive: true }));

test("a kept local AWS is found while its process has the state open", async () => {
  const state = openState(directory);
  assert.equal((await findKeptLocalAws(directory))?.pid, process.pid);
  await state.close();
  assert.equal(await findKeptLocalAws(directory), undefined);
});

test("a process that has a kept local AWS's process id by now is not taken for it, and so is not ended", async () => {
  const state = openState(directory);
  await writeFile(join(state.path, "lock"), `${process.pid} 1`);
  assert.equal(await findKeptLocalAws(directory), undefined);
  await state.close();
});

test("the help for a shell has a request only for a service that answers one", () => {
  const aws = {
    url: "http://127.0.0.1:4566",
    port: 4566,
    pid: 1,
    credentialsFile: "c.json",
    logFile: "aws.log",
    stop: async () => {},
  };
  const target = { region: "us-west-2", cluster: "main", service: "api", repository: "api" };
  const requests = (path?: string) => localAwsHelp(aws, target, path).match(/^ *curl .*$/gm);
  assert.deepEqual(requests("/version"), ["  curl -H 'Host: api.localhost' http://127.0.0.1:4566/version"]);
  assert.equal(requests(), null);
});
