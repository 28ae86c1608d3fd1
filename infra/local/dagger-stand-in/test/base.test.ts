import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Container } from "../api/container.js";
import { baseState } from "../base/base.js";
import { defaultPlatform } from "../base/platform.js";
import { Store } from "../content/store.js";
import { scratchState } from "../image/state.js";
import { type TestSession, testSession } from "./support/session.js";

// The machine's own store: making the base takes time, and users get this one.
let made: TestSession;

before(async () => {
  made = await testSession({ store: new Store(Store.defaultPath()), env: process.env });
});
after(() => made.remove());

const base = () => Container.scratch(made.session, defaultPlatform()).from({ address: "python:3.13-slim" });
const run = (...args: string[]) => base().withExec({ args }).stdout();

test("the Python base, from its registry or of Debian's packages, offers what the slim Python image offers", async () => {
  const checks = [
    "python3 --version && python --version && pip --version && pip3 --version",
    'test "$(command -v python3)" = /usr/local/bin/python3',
    "python3 -c 'import ssl, sqlite3, venv, zlib, ctypes, json, urllib.request'",
    "grep -q '^root:' /etc/passwd && grep -q '^nobody:' /etc/passwd && grep -q '^root:' /etc/group",
    "test -s /etc/ssl/certs/ca-certificates.crt",
    "python3 -c 'import ssl; assert ssl.create_default_context().get_ca_certs()'",
    'test "$(stat -c %a /tmp)" = 1777',
    'python3 -m venv --without-pip /tmp/v && /tmp/v/bin/python -c "import sys; assert sys.prefix != sys.base_prefix"',
    "getent hosts localhost && id nobody && date && bash --version",
  ];
  assert.match(await run("sh", "-ec", checks.join("\n")), /^Python 3\.\d+/);
});

test("the base is named by its digest, so that an image records its base", async () => {
  assert.match(await base().imageRef(), /@sha256:[0-9a-f]{64}$/);
});

test("a base for another platform is refused before anything runs", async () => {
  const other = Container.scratch(made.session, "linux/s390x").from({ address: "python:3.13-slim" });
  await other.state().then(
    ({ platform }) => assert.equal(platform, "linux/s390x"),
    (error: Error) =>
      assert.match(error.message, /can be made from packages for linux\/\w+ only, not for linux\/s390x/),
  );
});

test("the Node.js base has the release that its tag names, npm and the user node", async () => {
  const node = Container.scratch(made.session, defaultPlatform()).from({ address: "node:22-slim" });
  const script = 'node --version; npm --version; node -e "console.log(process.getuid(), process.env.HOME)"';
  const output = await node
    .withUser({ name: "node" })
    .withExec({ args: ["sh", "-ec", script] })
    .stdout();
  assert.match(output, /^v22\.\d+\.\d+\n\d+\.\d+\.\d+\n1000 \/home\/node\n$/);
});

test("a base that replaces an unreachable image is named in the log with its content", async () => {
  // Port 9 of the loopback: nothing listens there.
  const from = (address: string) =>
    made.session.trace.step("from", () =>
      baseState(made.session, scratchState(defaultPlatform()), address, "127.0.0.1:9"),
    );
  await from("debian:bookworm-slim");
  const line = made.lines.find((one) =>
    one.includes("Using a base made from packages in place of debian:bookworm-slim"),
  );
  assert.match(
    line ?? "",
    /Using a base made from packages in place of debian:bookworm-slim: Debian without apt-get\.$/,
  );
  await assert.rejects(from("debian-like:1"), /127\.0\.0\.1:9/);
});
