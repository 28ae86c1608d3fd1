import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import type { Caller } from "../api/query.js";
import { Secret } from "../api/secret.js";
import { answerQuery } from "../session/execute.js";
import { type ApiServer, startApiServer } from "../session/server.js";
import { type TestSession, testSession } from "./support/session.js";

let made: TestSession;
let caller: Caller;
let server: ApiServer;

before(async () => {
  made = await testSession();
  const call = { parentName: "", parent: {}, name: "", args: {} };
  caller = { moduleName: "trial", assignment: Promise.resolve({ session: made.session, call, settle() {} }) };
  server = await startApiServer();
});
after(async () => {
  await server.close();
  await made.remove();
});

const errorOf = async (query: string) => (await answerQuery(query, caller)).errors?.[0]?.message;

/** Copies GraphQL's result as JSON: its objects have no prototype. */
const plain = (data: unknown) => JSON.parse(JSON.stringify(data)) as unknown;

test("a field that is not offered is an error with its name, and so is an argument", async () => {
  const offered = /^The stand-in for the Dagger engine does not offer /;
  assert.match((await errorOf('{ container { withSymlink(target: "a") { id } } }')) ?? "", offered);
  assert.match((await errorOf("{ host { id } }")) ?? "", /does not offer Query\.host: /);
  const argument = '{ container { withEnvVariable(name: "A", value: "b", expand: true) { id } } }';
  assert.match((await errorOf(argument)) ?? "", /does not offer the argument expand of Container\.withEnvVariable: /);
});

test("an id leads back to its object, and is the same for the same content", async () => {
  const query = '{ container(platform: "linux/amd64") { withLabel(name: "a", value: "b") { id } } }';
  const [one, two] = [await answerQuery(query, caller), await answerQuery(query, caller)];
  assert.deepEqual(one, two);
  const { id } = (one.data as { container: { withLabel: { id: string } } }).container.withLabel;
  const back = await answerQuery(`{ node(id: "${id}") { ... on Container { labels { name value } } } }`, caller);
  assert.deepEqual(plain(back.data), { node: { labels: [{ name: "a", value: "b" }] } });
});

test("a new file lies in a directory with those above it, and replaces one of its path", async () => {
  const query = `{ directory { withNewFile(path: "a/b", contents: "1") { withNewFile(path: "/a/b", contents: "2") {
    entries file(path: "a/b") { contents } } } } }`;
  const { withNewFile } = ((await answerQuery(query, caller)).data as { directory: { withNewFile: object } }).directory;
  assert.deepEqual(plain(withNewFile), { withNewFile: { entries: ["a/"], file: { contents: "2" } } });
});

test("the engine's version is that of dagger.json", async () => {
  const { engineVersion } = JSON.parse(readFileSync(new URL("../../../../dagger.json", import.meta.url), "utf8")) as {
    engineVersion: string;
  };
  assert.deepEqual(plain((await answerQuery("{ version }", caller)).data), { version: engineVersion });
});

test("an id of another type, or of no object, is refused", async () => {
  const secret = Secret.ofValue(made.session, "s", "x").id();
  const mount = (id: string) => `{ container { withMountedFile(path: "/f", source: "${id}") { id } } }`;
  assert.match((await errorOf(mount(secret))) ?? "", /Expected the id of a File; received the id of a Secret/);
  assert.match((await errorOf(mount("nope"))) ?? "", /No object of this session has the id "nope"/);
});

test("a request needs a session's token, and tokens end with their process", async () => {
  const token = server.admit(caller);
  const ask = (as: string) =>
    fetch(`http://127.0.0.1:${server.port}/query`, {
      method: "POST",
      headers: { authorization: `Basic ${Buffer.from(`${as}:`).toString("base64")}` },
      body: JSON.stringify({ query: "{ currentModule { name } }" }),
    });
  const answered = await ask(token);
  assert.deepEqual(await answered.json(), { data: { currentModule: { name: "trial" } } });
  assert.equal((await ask("guess")).status, 401);
  server.dismiss(token);
  assert.equal((await ask(token)).status, 401);
});

test("a container's config has the last value set", async () => {
  const query = `{ container { withLabel(name: "a", value: "1") { withLabel(name: "a", value: "2") { labels { value } } } } }`;
  const { data } = await answerQuery(query, caller);
  assert.deepEqual(plain(data), { container: { withLabel: { withLabel: { labels: [{ value: "2" }] } } } });
});

test("a query that is no JSON, or has a malformed head, is answered with 400", async () => {
  const token = server.admit(caller);
  const headers = { authorization: `Basic ${Buffer.from(`${token}:`).toString("base64")}` };
  const url = `http://127.0.0.1:${server.port}/query`;
  for (const body of ["{", "null", "[]", "7", '{"query":1}']) {
    const answer = await fetch(url, { method: "POST", headers, body });
    assert.equal(answer.status, 400, body);
    assert.doesNotMatch(await answer.text(), /\.ts:/);
  }
  assert.equal((await fetch(`${url}%zz`, { method: "POST", headers, body: "{}" })).status, 400);
  server.dismiss(token);
});
