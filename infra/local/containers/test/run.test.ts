import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { busyboxImage } from "../busybox.js";
import { type ContainerRuntime, connectRuntime } from "../connect.js";
import { loadImage } from "../image.js";
import { openNetwork } from "../network.js";
import { removeOwned } from "../owned.js";
import { createContainer, runToEnd } from "../run.js";

const owner = `test-run-${process.pid}`;
let runtime: ContainerRuntime;
let Image: string;

before(async () => {
  runtime = await connectRuntime();
  Image = await loadImage(runtime, await busyboxImage({ files: { "etc/run-test": "" } }), "test-run");
});

after(async () => {
  await removeOwned(runtime, owner);
  await runtime.docker.getImage(Image).remove({ force: true });
});

const owned = () =>
  runtime.docker.listContainers({ all: true, filters: JSON.stringify({ label: [`slipway.owner=${owner}`] }) });

test("a run returns its output by stream and its exit code, and leaves no container", async () => {
  const said = { stdout: "", stderr: "" };
  const onOutput = (stream: "stdout" | "stderr", chunk: Buffer) => {
    said[stream] += chunk;
  };
  const Cmd = ["sh", "-c", "echo out; echo err >&2; printf end; exit 7"];
  assert.deepEqual(await runToEnd(runtime, owner, { Image, Cmd }, { onOutput }), { exitCode: 7, oomKilled: false });
  assert.deepEqual(said, { stdout: "out\nend", stderr: "err\n" });
  assert.deepEqual(await owned(), []);
});

test("an aborted run ends at once with the signal's reason and leaves no container", async () => {
  const abort = new AbortController();
  const reason = new Error("stopped by test");
  const onOutput = () => abort.abort(reason);
  const running = runToEnd(
    runtime,
    owner,
    { Image, Cmd: ["sh", "-c", "echo up; sleep 3600"] },
    { onOutput, signal: abort.signal },
  );
  await assert.rejects(running, reason);
  assert.deepEqual(await owned(), []);
});

test("a container gets no more open files than this machine allows", async () => {
  let said = "";
  const onOutput = (_: string, chunk: Buffer) => {
    said += chunk;
  };
  const HostConfig = { Ulimits: [{ Name: "nofile", Soft: 1e9, Hard: 1e9 }] };
  const { exitCode } = await runToEnd(
    runtime,
    owner,
    { Image, Cmd: ["sh", "-c", "ulimit -Hn"], HostConfig },
    { onOutput },
  );
  assert.equal(exitCode, 0);
  assert.ok(Number(said) < 1e9, said);
});

test("two owners' networks don't clash, and one that is there is found again", async () => {
  const [first, second] = await Promise.all([openNetwork(runtime, owner, 7), openNetwork(runtime, `${owner}-b`, 7)]);
  const subnet = (address: string) =>
    address.split(".").slice(0, 2).join(".") + Math.floor(Number(address.split(".")[2]) / 4);
  assert.notEqual(subnet(first.takeAddress()), subnet(second.takeAddress()));
  const again = await openNetwork(runtime, owner, 9);
  assert.equal(again.name, first.name);
  assert.equal(subnet(again.takeAddress()), subnet(first.takeAddress()));
  assert.notEqual(first.takeAddress(), first.takeAddress());
  await removeOwned(runtime, `${owner}-b`);
});

test("what an owner has is removed, running or not, and nothing of others", async () => {
  const other = `${owner}-other`;
  const mine = await createContainer(runtime, owner, { Image, Cmd: ["sleep", "3600"] });
  await mine.start();
  await createContainer(runtime, owner, { Image, Cmd: ["true"] });
  const theirs = await createContainer(runtime, other, { Image, Cmd: ["true"] });
  await runtime.docker.createVolume({ Name: owner, Labels: { "slipway.owner": owner } });
  await removeOwned(runtime, owner);
  assert.deepEqual(await owned(), []);
  const { Volumes } = await runtime.docker.listVolumes({
    filters: JSON.stringify({ label: [`slipway.owner=${owner}`] }),
  });
  assert.deepEqual(Volumes ?? [], []);
  assert.equal((await theirs.inspect()).Id, theirs.id);
  await removeOwned(runtime, other);
});
