import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { findCheck } from "../request-check.js";

async function serving(t: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("requests go to /version where it returns the version that runs, also below the URL's path", async (t) => {
  const url = await serving(t, ({ url = "" }, response) =>
    response.writeHead(url.endsWith("/version") ? 200 : 404).end('{"version":"v1.0.0"}'),
  );
  assert.deepEqual(await findCheck(url, "a.example", "/", "v1.0.0"), { path: "/version", hasVersion: true });
  assert.deepEqual(await findCheck(url, "a.example", "/api/", "v1.0.0"), { path: "/api/version", hasVersion: true });
});

test("requests go to the given path where /version is another thing: any answer below 500 is one", async (t) => {
  const url = await serving(t, ({ url }, response) =>
    response.writeHead(url === "/" ? 404 : 200).end('{"version":"2026"}'),
  );
  assert.deepEqual(await findCheck(url, "a.example", "/", "v1.0.0"), { path: "/", hasVersion: false });
});

test("a path that the server fails at is refused with its answer", async (t) => {
  const url = await serving(t, (_, response) => response.writeHead(500).end("no database"));
  await assert.rejects(findCheck(url, "a.example", "/", "v1.0.0"), /HTTP 500: no database/);
});

test("a path with two slashes leads to no other host", async (t) => {
  const paths: string[] = [];
  const url = await serving(t, (request, response) => {
    paths.push(request.url ?? "");
    response.end();
  });
  await findCheck(url, "a.example", "//example.com/x", "v1.0.0");
  assert.equal(paths.at(-1), "//example.com/x");
});
