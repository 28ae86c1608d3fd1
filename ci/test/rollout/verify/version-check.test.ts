import assert from "node:assert/strict";
import { test } from "node:test";
import { checkedUrl, type HttpTarget } from "../../../lib/rollout/verify/http-target.js";
import { requestVersion } from "../../../lib/rollout/verify/one-request.js";
import { verify } from "../../../lib/rollout/verify/verify.js";
import { type VersionCheck, versionIn } from "../../../lib/rollout/verify/version-check.js";
import { httpServer } from "../../support/loopback.js";
import { virtualClock } from "../../support/virtual-clock.js";

const json = (body: unknown, status = 200) => ({ status, headers: {}, body: JSON.stringify(body) });
const at = (pointer: string): VersionCheck => ({ path: "/version", pointer });

for (const [pointer, body, version] of [
  ["/version", { version: "v2" }, "v2"],
  ["/build/tag", { build: { tag: "2026-11-26.1" } }, "2026-11-26.1"],
  ["/items/1/v", { items: [{ v: "a" }, { v: "b" }] }, "b"],
  ["/a~1b/m~0n", { "a/b": { "m~n": "v2" } }, "v2"],
  ["/~01", { "~1": "v2" }, "v2"],
  ["/", { "": "v2" }, "v2"],
  ["", "v2", "v2"],
  ["/build", { build: 417 }, "417"],
] as const)
  test(`the pointer ${JSON.stringify(pointer)} finds ${version} in ${JSON.stringify(body)}`, () => {
    assert.equal(versionIn(json(body), at(pointer)), version);
  });

for (const [pointer, body] of [
  ["/version", {}],
  ["/version", { version: null }],
  ["/version", { version: "" }],
  ["/version", { version: { tag: "v2" } }],
  ["/version", { version: 1.5 }],
  ["/version", ["v2"]],
  ["/items/01", { items: ["a", "b"] }],
  ["/items/-", { items: ["a"] }],
  ["/items/length", { items: ["a"] }],
  ["/version/length", { version: "v2" }],
  ["/version", { version: "x".repeat(129) }],
] as const)
  test(`the pointer ${pointer} finds no version in ${JSON.stringify(body).slice(0, 40)}`, () => {
    assert.equal(versionIn(json(body), at(pointer)), undefined);
  });

test("a number at /version is a version only where the target names that member", () => {
  assert.equal(versionIn(json({ version: 2 }), undefined), undefined);
  assert.equal(versionIn(json({ version: 2 }), at("/version")), "2");
});

test("a body with another status than 200, or that is not JSON, holds no version", () => {
  for (const status of [201, 404, 500])
    assert.equal(versionIn(json({ version: "v2" }, status), at("/version")), undefined);
  assert.equal(versionIn({ status: 200, headers: {}, body: "v2" }, at("/version")), undefined);
});

test("a header holds the version in any case of its name, with every status but a server's errors", () => {
  const check = { path: "/", header: "X-Version" };
  for (const status of [200, 302, 401, 404])
    assert.equal(versionIn({ status, headers: { "x-version": " v2 " }, body: "" }, check), "v2", String(status));
  assert.equal(versionIn({ status: 500, headers: { "x-version": "v2" }, body: "" }, check), undefined);
  assert.equal(versionIn({ status: 200, headers: {}, body: "" }, check), undefined);
});

/** Service that answers its version in a header everywhere, and in JSON at one path. */
async function service(t: Parameters<typeof httpServer>[0], version: string) {
  const requested: string[] = [];
  const { origin } = await httpServer(t, (request, response) => {
    requested.push(String(request.url));
    response.setHeader("x-version", version);
    if (request.url !== "/api/build.json") return void response.writeHead(404).end("<html>");
    response.end(JSON.stringify({ build: { version } }));
  });
  return { baseUrl: `${origin.origin}/api`, requested };
}

test("the stated path and pointer, or header, are requested below the URL and verify the version", async (t) => {
  for (const versionCheck of [
    { path: "/build.json", pointer: "/build/version" },
    { path: "/", header: "x-version" },
  ]) {
    const { baseUrl, requested } = await service(t, "v2");
    const http: HttpTarget = { baseUrl, versionCheck };
    const url = `${baseUrl}${versionCheck.path}`;
    assert.equal(checkedUrl(http), url);
    assert.deepEqual(await verify(http, "v2", virtualClock()), { state: "verified", url, tries: 5 });
    assert.deepEqual(await verify(http, "v3", virtualClock()), { state: "wrong", url, answered: "v2", proven: true });
    assert.deepEqual(new Set(requested), new Set([new URL(url).pathname]));
  }
});

test("an answer without the stated member or header names what it lacks", async (t) => {
  const { baseUrl } = await service(t, "v2");
  const how = {
    ask: (await import("../../../lib/rollout/verify/http-request.js")).sendOverHttp,
    limit: 5_000,
    signal: undefined,
  };
  const seen = async (versionCheck: VersionCheck) => (await requestVersion({ baseUrl, versionCheck }, how)).saw;
  assert.equal(await seen({ path: "/build.json", pointer: "/tag" }), 'HTTP 200 without a version at "/tag"');
  assert.equal(await seen({ path: "/", header: "x-release" }), "HTTP 404 without the header x-release");
});
