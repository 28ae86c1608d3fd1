import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { startLoad } from "../load.js";

async function serving<T>(listener: RequestListener, work: (url: string) => Promise<T>): Promise<T> {
  // Longer than the client keeps its connections: none is closed while a request is written to it.
  const server = createServer({ keepAliveTimeout: 75_000 }, listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    return await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  }
}

/** Ends once `count` requests have come in. */
function answering(count: number, answer: (index: number) => { status: number; body: string }) {
  const hosts = new Set<string | undefined>();
  let seen = 0;
  const { promise, resolve } = (() => {
    let resolve = () => {};
    const promise = new Promise<void>((done) => {
      resolve = done;
    });
    return { promise, resolve };
  })();
  const listener: RequestListener = (request, response) => {
    const { status, body } = answer(seen++);
    hosts.add(request.headers.host);
    response.writeHead(status).end(body);
    if (seen === count) resolve();
  };
  return { listener, enough: promise, hosts };
}

test("each version that answered is counted, at the public host name", async () => {
  const server = answering(10, (index) => ({
    status: 200,
    body: JSON.stringify({ version: index < 5 ? "v1" : "v2" }),
  }));
  await serving(server.listener, async (url) => {
    const load = startLoad(url, "app.example.com", 200);
    await server.enough;
    const result = await load.stop();
    assert.equal(result.failed, 0);
    assert.equal(result.versions.get("v1"), 5);
    assert.equal((result.versions.get("v2") ?? 0) + 5, result.ok);
    assert.deepEqual([...server.hosts], ["app.example.com"]);
  });
});

test("an answer other than 200 is a failed request, with what was answered", async () => {
  const server = answering(3, () => ({ status: 503, body: "no target" }));
  await serving(server.listener, async (url) => {
    const load = startLoad(url, "app.example.com", 200);
    await server.enough;
    const result = await load.stop();
    assert.equal(result.ok, 0);
    assert.ok(result.failed >= 3);
    assert.equal(result.failures[0], "HTTP 503: no target");
  });
});

test("a connection that is cut is a failed request", async () => {
  let cut = () => {};
  const seen = new Promise<void>((resolve) => {
    cut = resolve;
  });
  const listener: RequestListener = (request) => {
    request.socket.destroy();
    cut();
  };
  await serving(listener, async (url) => {
    const load = startLoad(url, "app.example.com", 200);
    await seen;
    const result = await load.stop();
    assert.ok(result.failed >= 1);
    assert.equal(result.ok, 0);
  });
});

for (const body of ["no JSON", "null", "{}", '{"version":1}']) {
  test(`an answer of ${body} with 200 is a failed request, and the load goes on`, async () => {
    const server = answering(3, () => ({ status: 200, body }));
    await serving(server.listener, async (url) => {
      const load = startLoad(url, "app.example.com", 200);
      await server.enough;
      const result = await load.stop();
      assert.equal(result.ok, 0);
      assert.ok(result.failed >= 3);
      assert.equal(result.failures[0], `HTTP 200 without a version: ${body}`);
    });
  });
}
