import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { connectRuntime } from "../../containers/connect.js";
import { ownerLabel } from "../../containers/owned.js";
import { Container } from "../api/container.js";
import { Directory } from "../api/directory.js";
import { defaultPlatform } from "../base/platform.js";
import { keyOf } from "../content/store.js";
import { type Entry, withEntries } from "../content/tree.js";
import { readLayers } from "../content/unpack.js";
import { ExecError } from "../errors.js";
import { Session } from "../session/session.js";
import { publicRegistry, type ReadOnlyRegistry } from "./support/registry.js";
import { recordedTrace, type TestSession, testSession } from "./support/session.js";

const platform = defaultPlatform();
let registry: ReadOnlyRegistry;
let made: TestSession;

before(async () => {
  registry = await publicRegistry(platform.split("/")[1] ?? "");
  made = await testSession();
});
after(async () => {
  registry.close();
  await made.remove();
});

const busybox = (session = made.session) =>
  Container.scratch(session, platform).from({ address: `${registry.host}/tools/busybox:1.0` });
const sh = (script: string) => ["sh", "-c", script];

/** A directory of files with these contents. */
function directory(files: Record<string, string>): Directory {
  return new Directory(made.session, keyOf("test", files), async () => {
    const entries = Object.entries(files).map(
      async ([name, content]): Promise<[string, Entry]> => [
        name,
        { type: "file", mode: 0o644, ...(await made.session.store.put(content)) },
      ],
    );
    return withEntries(new Map(), await Promise.all(entries));
  });
}

/** The same store in a new session, as the next call has it. */
const nextSession = () => {
  const { trace, lines } = recordedTrace();
  const { machine, contextDirectory, cwd, env, signal } = made.session;
  const session = new Session({ machine, contextDirectory, cwd, env, signal, trace });
  return { session, lines };
};

test("a command sees the container's files, environment, user and directory, and its output is kept apart by stream", async () => {
  const script = "pwd; id -u; echo $NAME; cat data/a.txt; echo problem >&2";
  const ran = busybox()
    .withDirectory({ path: "/srv/data", source: directory({ "a.txt": "content\n" }).id() })
    .withEnvVariable({ name: "NAME", value: "Ada" })
    .withWorkdir({ path: "/srv" })
    .withUser({ name: "1000" })
    .withExec({ args: sh(script) });
  assert.equal(await ran.stdout(), "/srv\n1000\nAda\ncontent\n");
  assert.equal(await ran.stderr(), "problem\n");
});

test("what a command changes is one more layer, with owners and modes, and mount points leave no trace", async () => {
  const mounted = directory({ "lock.txt": "1" });
  const ran = busybox()
    .withMountedDirectory({ path: "/locks", source: mounted.id() })
    .withMountedFile({ path: "/run.txt", source: mounted.file({ path: "lock.txt" }).id() })
    .withExec({
      args: sh("cat /locks/lock.txt /run.txt > /etc/new; chmod 640 /etc/new; chown 1000:1000 /etc/new; rm /etc/passwd"),
    });
  const { layers } = await ran.state();
  assert.equal(layers.length, (await busybox().state()).layers.length + 1);
  const entries = await readLayers(made.session.store, layers.slice(-1));
  assert.deepEqual(
    [...entries.keys()].filter((path) => path !== "etc"),
    ["etc/new"],
  );
  assert.deepEqual(entries.get("etc/new")?.owner, { uid: 1000, gid: 1000 });
  assert.equal(await ran.file({ path: "/etc/new" }).contents(), "11");
  assert.deepEqual(await ran.directory({ path: "/etc" }).entries({}), ["new"]);
});

test("a command that ran before is not run again, in any later session, until something that decides it changes", async () => {
  const once = (session: Session, word: string) =>
    busybox(session).withExec({ args: sh(`echo ${word} $(cat /proc/uptime)`) });
  const first = await once(made.session, "a").stdout();
  const { session, lines } = nextSession();
  assert.equal(await once(session, "a").stdout(), first);
  assert.match(lines.join("\n"), /^withExec sh -c 'echo a .*' CACHED$/m);
  assert.notEqual(await once(session, "b").stdout(), first);
  assert.notEqual(
    await busybox(session)
      .withEnvVariable({ name: "A", value: "1" })
      .withExec({ args: sh("echo a $(cat /proc/uptime)") })
      .stdout(),
    first,
  );
});

test("a label changes the image and not what a command in it does", async () => {
  const labelled = busybox().withLabel({ name: "a", value: String(Math.random()) });
  await busybox()
    .withExec({ args: sh("echo label") })
    .sync();
  const { session, lines } = nextSession();
  await busybox(session)
    .withLabel({ name: "a", value: "other" })
    .withExec({ args: sh("echo label") })
    .sync();
  assert.match(lines.join("\n"), /^withExec sh -c 'echo label' CACHED$/m);
  assert.equal((await labelled.labels()).length, 2);
});

test("a failed command reports its command, exit code and output, and runs again the next time", async () => {
  const failing = (session = made.session) => busybox(session).withExec({ args: sh("echo out; echo err >&2; exit 4") });
  const output = {
    _type: "EXEC_ERROR",
    cmd: sh("echo out; echo err >&2; exit 4"),
    exitCode: 4,
    stdout: "out",
    stderr: "err",
  };
  await assert.rejects(failing().sync(), (error) => {
    assert.ok(error instanceof ExecError);
    assert.deepEqual(error.extensions, output);
    return true;
  });
  const { session, lines } = nextSession();
  await assert.rejects(failing(session).sync());
  assert.match(lines.join("\n"), /^withExec sh -c 'echo out; .*'$/m);
  assert.equal(
    await busybox()
      .withExec({ args: sh("exit 4"), expect: "ANY" })
      .exitCode(),
    4,
  );
});

test("what a command writes to a mounted directory is there for the next command alone", async () => {
  const ran = busybox()
    .withMountedDirectory({ path: "/m", source: directory({ a: "1" }).id() })
    .withExec({ args: sh("echo 2 > /m/b") })
    .withExec({ args: ["cat", "/m/b"] });
  assert.equal(await ran.stdout(), "2\n");
  assert.deepEqual(await directory({ a: "1" }).entries({}), ["a"]);
});

test("this machine's certificates reach a command and no layer", async () => {
  const ran = busybox().withExec({ args: sh("test -s $SSL_CERT_FILE && echo $SSL_CERT_FILE > /etc/where") });
  assert.match(await ran.file({ path: "/etc/where" }).contents(), /^\/\.slipway-ca\.pem\n$/);
  await assert.rejects(ran.file({ path: "/.slipway-ca.pem" }).contents(), /There is no file/);
  assert.doesNotMatch(JSON.stringify((await ran.state()).config), /SSL_CERT_FILE/);
});

test("a service answers at its address until its session ends", async () => {
  const { session } = nextSession();
  const service = busybox(session)
    .withExposedPort({ port: 8080 })
    .withDefaultArgs({ args: ["httpd", "-f", "-p", "8080", "-h", "/etc"] })
    .asService();
  const url = await service.endpoint({ scheme: "http" });
  assert.match(await (await fetch(`${url}/passwd`)).text(), /^root:/);
  assert.equal((await containers()).length, 1);
  await session.close();
  assert.deepEqual(await containers(), []);
});

test("a service answers once its health check passes, and its failure is the error", async () => {
  const { session } = nextSession();
  const checked = (command: string) =>
    busybox(session)
      .withExposedPort({ port: 8080 })
      .withDefaultArgs({ args: sh("sleep 1; touch /tmp/ready; exec httpd -f -p 8080 -h /etc") })
      .withDockerHealthcheck({ args: [command], shell: true, interval: "1h", startInterval: "100ms", retries: 2 })
      .asService();
  await assert.rejects(checked("echo not yet >&2; exit 7").endpoint({}), (error) => {
    assert.deepEqual((error as ExecError).extensions.stderr, "not yet");
    return true;
  });
  const url = await checked("until test -f /tmp/ready; do sleep 0.1; done").endpoint({ scheme: "http" });
  assert.equal((await fetch(`${url}/passwd`)).status, 200);
  await session.close();
});

test("no container is left behind", async () => {
  assert.deepEqual(await containers(), []);
});

async function containers(): Promise<unknown[]> {
  const { docker } = await connectRuntime();
  const filters = JSON.stringify({ label: [`${ownerLabel}=${made.session.machine.owner}`] });
  return docker.listContainers({ all: true, filters });
}
