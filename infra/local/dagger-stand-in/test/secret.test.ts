import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Secret } from "../api/secret.js";
import { describeId } from "../session/ids.js";
import { type TestSession, testSession } from "./support/session.js";

let made: TestSession;

before(async () => {
  made = await testSession({ env: { PATH: process.env.PATH, TOKEN: "hunter22" } });
});
after(() => made.remove());

const plaintext = async (uri: string) => Secret.ofUri(made.session, uri).plaintext();

test("a secret is read from a variable, a file or a command", async () => {
  await writeFile(join(made.path, "token.txt"), "hunter22\n");
  assert.equal(await plaintext("env://TOKEN"), "hunter22");
  assert.equal(await plaintext("file://token.txt"), "hunter22\n");
  assert.equal(await plaintext("cmd://printf $TOKEN"), "hunter22");
});

test("a command runs once in a session", async () => {
  const counter = "cmd://echo ran >> runs.txt; wc -l < runs.txt";
  assert.equal((await plaintext(counter)).trim(), "1");
  assert.equal((await plaintext(counter)).trim(), "1");
});

test("the error of a secret that can't be read names its source", async () => {
  await assert.rejects(plaintext("env://ABSENT"), /the variable ABSENT is not set/);
  await assert.rejects(plaintext("file://absent.txt"), /file:\/\/absent\.txt can't be read: ENOENT/);
  await assert.rejects(plaintext("cmd://echo why >&2; exit 4"), /the command ended with 4\.\nwhy$/);
});

test("a secret that is passed in place of its address is not printed", () => {
  assert.throws(
    () => Secret.ofUri(made.session, "hunter22"),
    (error: Error) => !error.message.includes("hunter22"),
  );
});

test("an id reveals nothing of a secret's plaintext", () => {
  const id = Secret.ofValue(made.session, "password", "hunter22").id();
  assert.match(describeId(id), /^Secret@sha256:[0-9a-f]{64}$/);
});
