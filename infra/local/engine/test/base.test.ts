import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Container } from "../api/container.js";
import { defaultPlatform } from "../base/platform.js";
import { Store } from "../content/store.js";
import { type TestSession, testSession } from "./support/session.js";

// The machine's own store: making the base takes a while, and it is the one that people get.
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

test("the base is named by its digest, so that an image says what it was built on", async () => {
  assert.match(await base().imageRef(), /@sha256:[0-9a-f]{64}$/);
});

test("the base for a platform that it can't be had for is refused before anything runs", async () => {
  const other = Container.scratch(made.session, "linux/s390x").from({ address: "python:3.13-slim" });
  await other.state().then(
    ({ platform }) => assert.equal(platform, "linux/s390x"),
    (error: Error) => assert.match(error.message, /can be made for linux\/\w+ only, not for linux\/s390x/),
  );
});
