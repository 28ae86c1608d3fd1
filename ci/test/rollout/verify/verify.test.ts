import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { checkPublic } from "../../../lib/rollout/verify/public-check.js";
import { verify } from "../../../lib/rollout/verify/verify.js";
import { virtualClock } from "../../support/virtual-clock.js";

type Handler = (request: IncomingMessage, response: ServerResponse, nth: number) => void;
const serves =
  (version: string): Handler =>
  (_, response) =>
    void response.end(JSON.stringify({ version }));

async function site(t: TestContext, handle: Handler) {
  let requests = 0;
  const server = createServer((request, response) => handle(request, response, ++requests));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, count: () => requests };
}

test("the new version on five tries in a row is verified", async (t) => {
  const { baseUrl, count } = await site(t, serves("v2"));
  const check = await verify({ baseUrl }, "v2", virtualClock());
  assert.deepEqual(check, { state: "verified", url: `${baseUrl}/version`, tries: 5 });
  assert.equal(count(), 5);
});

test("an old answer in between restarts the row", async (t) => {
  const { baseUrl, count } = await site(t, (request, response, nth) =>
    serves(nth === 4 ? "v1" : "v2")(request, response, nth),
  );
  const check = await verify({ baseUrl }, "v2", virtualClock());
  assert.equal(check.state, "verified");
  assert.equal(count(), 9);
});

test("right answers of just before count toward the row, and at least one more is requested", async (t) => {
  const right = await site(t, serves("v2"));
  const check = await verify(right, "v2", virtualClock(), undefined, { right: 4 });
  assert.deepEqual(check, { state: "verified", url: `${right.baseUrl}/version`, tries: 5 });
  assert.equal(right.count(), 1);
  const many = await site(t, serves("v2"));
  await verify(many, "v2", virtualClock(), undefined, { right: 40 });
  assert.equal(many.count(), 1);
  const late = await site(t, (request, response, nth) => serves(nth === 1 ? "v1" : "v2")(request, response, nth));
  await verify(late, "v2", virtualClock(), undefined, { right: 4 });
  assert.equal(late.count(), 6);
});

test("right answers during a rollout count after its end, and not while old tasks still run", async (t) => {
  for (const [isEarly, requests] of [
    [false, 2],
    [true, 5],
  ] as const) {
    const { baseUrl, count } = await site(t, serves("v2"));
    const checked = {
      http: { baseUrl },
      version: "v2",
      baseline: { answered: "v1", running: "v1" },
      isEarly,
      right: 3,
    };
    assert.equal((await checkPublic(checked, virtualClock())).state, "verified");
    assert.equal(count(), requests);
  }
});

test("tries are a quarter of a second apart, for 15 s when the answers are mixed and for a minute when all are wrong", async (t) => {
  for (const [other, seconds] of [
    ["v2", 15],
    ["v1", 60],
  ] as const) {
    const { baseUrl } = await site(t, (request, response, nth) =>
      serves(nth % 2 ? "v1" : other)(request, response, nth),
    );
    const clock = virtualClock();
    const before = clock.now();
    assert.equal((await verify({ baseUrl }, "v2", clock)).state, "wrong");
    assert.equal(clock.now() - before, seconds * 1000);
    assert.deepEqual(new Set(clock.sleeps), new Set([250]));
  }
});

test("the public name reaches the load balancer as Host, and is what the report names", async (t) => {
  const { baseUrl } = await site(t, (request, response) =>
    response.end(JSON.stringify({ version: request.headers.host })),
  );
  const check = await verify({ baseUrl, host: "app.example.com" }, "app.example.com", virtualClock());
  const url = "http://app.example.com/version (of the local AWS)";
  assert.deepEqual(check, { state: "verified", url, tries: 5 });
});

test("another version to the end is wrong, with the source of the answer", async (t) => {
  const { baseUrl } = await site(t, serves("v1"));
  const clock = virtualClock();
  const before = clock.now();
  const check = await verify({ baseUrl }, "v2", clock, undefined, { limit: 10_000 });
  assert.deepEqual(check, { state: "wrong", url: `${baseUrl}/version`, answered: "v1", proven: true });
  assert.equal(clock.now() - before, 10_000);
});

test("two versions by turns are wrong, whichever answers last", async (t) => {
  for (const odd of [0, 1]) {
    const { baseUrl } = await site(t, (request, response, nth) =>
      serves(nth % 2 === odd ? "v1" : "v2")(request, response, nth),
    );
    const check = await verify({ baseUrl }, "v2", virtualClock(), undefined, { limit: 5_000 });
    assert.equal(check.state, "wrong");
  }
});

test("beside old tasks, another version by turns with theirs is proven, whichever answers last", async (t) => {
  for (const odd of [0, 1]) {
    const { baseUrl } = await site(t, (request, response, nth) =>
      serves(nth % 2 === odd ? "v1" : "v3")(request, response, nth),
    );
    const check = await verify({ baseUrl }, "v2", virtualClock(), undefined, { limit: 5_000, beside: "v1" });
    assert.deepEqual(check, { state: "wrong", url: `${baseUrl}/version`, answered: "v3", proven: true });
  }
});

test("the answers of old tasks alone prove nothing", async (t) => {
  const { baseUrl } = await site(t, serves("v1"));
  const check = await verify({ baseUrl }, "v2", virtualClock(), undefined, { limit: 5_000, beside: "v1" });
  assert.ok(check.state === "wrong" && !check.proven);
});

test("the app's errors to the end are wrong", async (t) => {
  const { baseUrl } = await site(t, (_, response) => void response.writeHead(500).end());
  const check = await verify({ baseUrl }, "v2", virtualClock());
  assert.deepEqual(check, { state: "wrong", url: `${baseUrl}/version`, answered: "HTTP 500", proven: true });
});

test("answers that prove nothing leave it unproven", async (t) => {
  for (const [handle, answered] of [
    [(_, response) => void response.writeHead(302, { location: "/login" }).end(), "HTTP 302"],
    [(_, response) => void response.end("<html>"), "HTTP 200 without a version"],
    [(request) => void request.socket.destroy(), "no answer"],
  ] as [Handler, string][]) {
    const { baseUrl } = await site(t, handle);
    const check = await verify({ baseUrl }, "v2", virtualClock(), undefined, { limit: 2_000 });
    assert.ok(check.state === "unproven" && check.answered.startsWith(answered), JSON.stringify(check));
  }
});

test("a server that never answers times out within the request's limit", async (t) => {
  const { baseUrl } = await site(t, () => {});
  const check = await verify({ baseUrl }, "v2", virtualClock(), undefined, { limit: 0, tryLimit: 50 });
  assert.equal(check.state, "unproven");
});

test("without a public URL no request is sent", async () => {
  assert.deepEqual(await verify(undefined, "v2", virtualClock()), { state: "not-checked" });
});

test("right answers that wrong ones break up prove nothing", async (t) => {
  const { baseUrl } = await site(t, (request, response, nth) => serves(nth % 3 ? "v1" : "v2")(request, response, nth));
  const check = await verify({ baseUrl }, "v2", virtualClock(), undefined, { limit: 5_000 });
  assert.ok(check.state === "wrong" && !check.proven);
});

test("the expectations of other paths must hold too, and are reported by path", async (t) => {
  const { baseUrl } = await site(t, (request, response, nth) =>
    request.url === "/healthz" ? void response.writeHead(500).end() : serves("v2")(request, response, nth),
  );
  const expectations = [{ path: "/healthz" }];
  const check = await verify({ baseUrl, expectations }, "v2", virtualClock(), undefined, { limit: 5_000 });
  assert.deepEqual(check, {
    state: "wrong",
    url: `${baseUrl}/version`,
    answered: "/healthz: HTTP 500 instead of 200",
    proven: true,
  });
});
