import assert from "node:assert/strict";
import { test } from "node:test";
import { readImageLabels } from "../../lib/aws/image-labels.js";
import { readRegistryJson } from "../../lib/aws/registry-json.js";
import { httpServer, rawServer, writeWithoutEnd } from "../support/loopback.js";

const login = { username: "AWS", password: "secret" };

test("a redirect to another host is followed, without the login", async (t) => {
  const seen: (string | undefined)[] = [];
  const storage = await httpServer(t, ({ headers }, response) => {
    seen.push(headers.authorization);
    response.end('{"os":"linux"}');
  });
  const registry = await httpServer(t, ({ headers }, response) => {
    seen.push(headers.authorization);
    response.writeHead(307, { location: new URL("/blob?signature=1", storage.origin).href }).end();
  });
  assert.deepEqual(await readRegistryJson(registry.origin, { login }), { os: "linux" });
  assert.deepEqual(seen, ["Basic QVdTOnNlY3JldA==", undefined]);
});

test("an endless chain of redirects is an error", async (t) => {
  let requests = 0;
  const { origin } = await httpServer(t, (_, response) => {
    response.writeHead(302, { location: `/${++requests}` }).end();
  });
  await assert.rejects(readRegistryJson(origin), /answered HTTP 302/);
  assert.equal(requests, 4);
});

test("an endless document is an error that names it", async (t) => {
  const { origin } = await rawServer(t, (socket) => {
    socket.write("HTTP/1.1 200 OK\r\n\r\n");
    writeWithoutEnd(socket, () => " ".repeat(0x10000));
  });
  await assert.rejects(readRegistryJson(new URL("/v2/a?signature=1", origin)), {
    message: `GET ${origin.origin}/v2/a: its body is longer than 4 MiB`,
  });
});

test("what a registry answers in place of a document is cut short", async (t) => {
  const { origin } = await httpServer(t, (_, response) => void response.writeHead(500).end("x".repeat(100_000)));
  const failed = await readRegistryJson(origin).catch((error: Error) => error.message);
  assert.ok(String(failed).length < 400);
});

test("a configuration that a manifest names by another path than a digest's is not requested", async (t) => {
  const urls: (string | undefined)[] = [];
  const { origin } = await httpServer(t, ({ url }, response) => {
    urls.push(url);
    response.end(JSON.stringify({ config: { digest: "../../../elsewhere" } }));
  });
  const repository = { registryId: "1", name: "web", uri: "registry.example.com/web" };
  const digest = `sha256:${"a".repeat(64)}`;
  await assert.rejects(readImageLabels(repository, digest, login, origin.origin), /which is no digest/);
  assert.deepEqual(urls, [`/v2/web/manifests/${digest}`]);
});
