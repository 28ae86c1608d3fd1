import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { defaultCheck } from "../load.js";
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
  assert.deepEqual(await findCheck(url, "a.example", { path: "/" }, "v1.0.0"), defaultCheck);
  assert.deepEqual(await findCheck(url, "a.example", { path: "/", base: "/api" }, "v1.0.0"), {
    ...defaultCheck,
    path: "/api/version",
  });
});

test("requests go to the given path where /version is another thing: any answer below 500 is one", async (t) => {
  const url = await serving(t, ({ url }, response) =>
    response.writeHead(url === "/" ? 404 : 200).end('{"version":"2026"}'),
  );
  assert.deepEqual(await findCheck(url, "a.example", { path: "/" }, "v1.0.0"), { path: "/" });
});

test("requests go where the target's version check leads, by a pointer or a header", async (t) => {
  const url = await serving(t, (_, response) =>
    response.writeHead(302, { "x-version": "v1.0.0" }).end('{"build":{"a/b":["v1.0.0"]}}'),
  );
  const header = { path: "/", version: { header: "X-Version" } };
  assert.deepEqual(await findCheck(url, "a.example", header, "v1.0.0"), header);
  const pointed = await serving(t, (_, response) => void response.end('{"build":{"a/b":["v1.0.0"]}}'));
  const pointer = { path: "/", version: { pointer: "/build/a~1b/0" } };
  assert.deepEqual(await findCheck(pointed, "a.example", pointer, "v1.0.0"), pointer);
  assert.deepEqual(await findCheck(pointed, "a.example", { path: "/x", version: false }, "v1.0.0"), { path: "/x" });
});

test("a path that the server fails at is refused with its answer", async (t) => {
  const url = await serving(t, (_, response) => response.writeHead(500).end("no database"));
  await assert.rejects(findCheck(url, "a.example", { path: "/" }, "v1.0.0"), /HTTP 500: no database/);
});

test("a path with two slashes leads to no other host", async (t) => {
  const paths: string[] = [];
  const url = await serving(t, (request, response) => {
    paths.push(request.url ?? "");
    response.end();
  });
  await findCheck(url, "a.example", { path: "//example.com/x" }, "v1.0.0");
  assert.equal(paths.at(-1), "//example.com/x");
});
