import assert from "node:assert/strict";
import { test } from "node:test";
import { requestVersion } from "../../../lib/rollout/verify/one-request.js";
import { cacheOf, isFromApp } from "../../../lib/rollout/verify/response-source.js";
import { verify } from "../../../lib/rollout/verify/verify.js";
import { httpServer } from "../../support/loopback.js";
import { virtualClock } from "../../support/virtual-clock.js";

const answer = (headers: Record<string, string>, status = 200) => ({ status, headers, body: "" });

for (const [name, value] of [
  ["age", "1"],
  ["x-cache", "Hit from cloudfront"],
  ["x-cache", "MISS, HIT"],
  ["x-cache", "TCP_MEM_HIT from a1-2-3-4.deploy.akamaitechnologies.com"],
  ["x-cache-status", "STALE"],
  ["cf-cache-status", "HIT"],
  ["cf-cache-status", "UPDATING"],
  ["x-proxy-cache", "hit"],
  ["x-vercel-cache", "STALE"],
  ["cache-status", 'ExampleCache; hit; ttl=376, "CDN Company"; fwd=miss'],
] as const)
  test(`an answer with ${name}: ${value} is a cache's`, () => {
    assert.match(String(cacheOf(answer({ [name]: value }))), /^from a cache \(/);
  });

for (const [name, value] of [
  ["age", "0"],
  ["x-cache", "Miss from cloudfront"],
  ["x-cache", "RefreshHit from cloudfront"],
  ["cf-cache-status", "DYNAMIC"],
  ["cache-status", "ExampleCache; fwd=stale; fwd-status=304"],
  ["cache-control", "max-age=60, stale-while-revalidate=30"],
  ["cdn-cache-control", "stale-if-error=30"],
  ["x-white-hit", "HIT"],
] as const)
  test(`an answer with ${name}: ${value} is not a cache's`, () => {
    assert.equal(cacheOf(answer({ [name]: value })), undefined);
  });

test("redirects and the statuses of gateways, firewalls and sign-in pages are not the app's", () => {
  for (const status of [301, 302, 304, 307, 401, 403, 407, 429, 502, 503, 504, 520, 530, 561])
    assert.equal(isFromApp(answer({}, status)), false, String(status));
  for (const status of [200, 204, 400, 404, 422, 500, 501, 505])
    assert.equal(isFromApp(answer({}, status)), true, String(status));
});

for (const [name, headers] of Object.entries({ age: { age: "30" }, "x-cache": { "x-cache": "Hit from cloudfront" } }))
  test(`a wrong version with ${name} of a cache proves nothing, and a right one verifies nothing`, async (t) => {
    for (const version of ["v1", "v2"]) {
      const { origin } = await httpServer(t, (_, response) => {
        response.writeHead(200, headers).end(JSON.stringify({ version }));
      });
      const check = await verify({ baseUrl: origin.href }, "v2", virtualClock(), undefined, { limit: 5_000 });
      assert.ok(
        check.state === "unproven" && check.answered.startsWith(`${version} from a cache (`),
        JSON.stringify(check),
      );
    }
  });

test("a request bypasses caches: always by no-cache, and by an unused query after a cached response", async (t) => {
  const seen = new Set<string | undefined>();
  const { origin } = await httpServer(t, ({ url, headers }, response) => {
    assert.equal(headers["cache-control"], "no-cache");
    const isCached = url === "/version" || seen.has(url);
    seen.add(url);
    response.writeHead(200, isCached ? { age: "30" } : {});
    response.end(JSON.stringify({ version: isCached ? "v1" : "v2" }));
  });
  const check = await verify({ baseUrl: origin.href }, "v2", virtualClock());
  assert.equal(check.state, "verified");
  assert.deepEqual(
    [...seen].map((url) => url?.replace(/[0-9a-f-]{36}/, "ID")),
    ["/version", ...Array(5).fill("/version?slipway=ID")],
  );
});

test("a failed expectation from a cache, a redirect, a gateway or a page proves nothing, and one from the app does", async (t) => {
  const answers: [number, Record<string, string>, string, string][] = [
    [200, { age: "9" }, "{}", "unproven"],
    [302, { location: "/login" }, "", "unproven"],
    [403, {}, "", "unproven"],
    [503, {}, "", "unproven"],
    [200, { "content-type": "text/html" }, "<h1>Back soon</h1>", "unproven"],
    [500, {}, "{}", "wrong"],
    [404, {}, "{}", "wrong"],
    [200, {}, '{"db":"down"}', "wrong"],
  ];
  for (const [status, headers, body, state] of answers) {
    const { origin } = await httpServer(t, ({ url }, response) => {
      if (url === "/version") return void response.end('{"version":"v2"}');
      response.writeHead(status, headers).end(body);
    });
    const expectations = [{ path: "/healthz", json: { db: "ok" } }];
    const http = { baseUrl: origin.href, expectations };
    const check = await verify(http, "v2", virtualClock(), undefined, { limit: 5_000 });
    assert.equal(check.state, state, `${status} ${JSON.stringify(headers)} ${body}`);
  }
});

test("a version longer than a tag can be is none", async (t) => {
  const { origin } = await httpServer(
    t,
    (_, response) => void response.end(JSON.stringify({ version: "v".repeat(129) })),
  );
  const ask = async () => ({ ...answer({}), body: await (await fetch(origin)).text() });
  const { version, saw } = await requestVersion({ baseUrl: origin.href }, { ask, limit: 60_000, signal: undefined });
  assert.deepEqual([version, saw], [undefined, "HTTP 200 without a version"]);
});
