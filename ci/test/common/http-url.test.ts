import assert from "node:assert/strict";
import { test } from "node:test";
import { publicUrl } from "../../lib/commands/public-url.js";
import { pathMistake, urlBelow } from "../../lib/common/http-url.js";
import { parseTarget } from "../../lib/config/target.js";
import type { Destination } from "../../lib/publish/stored-image.js";
import { checkedUrl } from "../../lib/rollout/verify/http-target.js";
import { verify } from "../../lib/rollout/verify/verify.js";
import { httpServer } from "../support/loopback.js";
import { target } from "../support/scripted-ecs.js";
import { virtualClock } from "../support/virtual-clock.js";

const elsewhere = [
  "//evil.example/x",
  "/\\evil.example/x",
  "\\\\evil.example/x",
  "\\evil",
  "/\t/evil.example",
  "http://evil.example/",
  "https:/evil.example",
  "@evil.example/",
  ":8080/x",
  ".evil.example/",
  "healthz",
  "",
  "/..",
  "/../x",
  "/a/../../x",
  "/./x",
  "/%2e%2e/x",
  "/.%2E/x",
  "/..%2fx",
  "/%252e%252e%252fx",
  "/..\\x",
  "/..%5cx",
  "/a#b",
  "/a b",
  "/a\u200bb",
];

for (const path of elsewhere)
  test(`the expectation's path ${JSON.stringify(path)} is refused when the target is parsed, and never requested`, () => {
    const json = JSON.stringify({ ...target, url: "https://example.com/api", expectations: [{ path }] });
    assert.throws(() => parseTarget(json, "t.json"), {
      code: "bad-target",
      message: /expectations\.0\.path: .*accepted: a path/,
    });
    assert.throws(() => urlBelow("https://example.com/api", path));
  });

test("paths below a URL are requested below it, with any ending of its own path", () => {
  const urls: [string, string, string][] = [
    ["https://example.com", "/version", "https://example.com/version"],
    ["https://example.com/", "/version", "https://example.com/version"],
    ["https://example.com/api", "/version", "https://example.com/api/version"],
    ["https://example.com/api/", "/version", "https://example.com/api/version"],
    ["https://example.com:8443/a/b//", "/healthz?deep=1&x=%2F", "https://example.com:8443/a/b/healthz?deep=1&x=%2F"],
    ["https://example.com/api", "/", "https://example.com/api/"],
    ["https://example.com/api", "/a..b/.well-known/x", "https://example.com/api/a..b/.well-known/x"],
    ["https://example.com/api", "/x?next=../y", "https://example.com/api/x?next=../y"],
  ];
  for (const [base, path, url] of urls) {
    assert.equal(urlBelow(base, path).href, url);
    assert.equal(pathMistake(path), undefined);
  }
  assert.equal(checkedUrl({ baseUrl: "https://example.com/api/" }), "https://example.com/api/version");
});

test("version and expectations of a service on a shared host are requested below the URL's path", async (t) => {
  const urls = new Set<string | undefined>();
  const { origin } = await httpServer(t, ({ url }, response) => {
    urls.add(url);
    response.end(JSON.stringify({ version: url?.startsWith("/api/") ? "v2.0.0" : "v7.1.0" }));
  });
  const http = { baseUrl: new URL("/api", origin).href, expectations: [{ path: "/healthz" }] };
  assert.equal((await verify(http, "v2.0.0", virtualClock())).state, "verified");
  assert.deepEqual([...urls], ["/api/version", "/api/healthz"]);
});

test("through a local AWS the path of the public URL is kept, and so is its name", () => {
  const destination = { target, aws: { endpoint: "http://aws:4566" } } as unknown as Destination;
  const http = publicUrl(destination, "https://example.com/api");
  assert.deepEqual(http, { baseUrl: "http://aws:4566/api", host: "example.com" });
  assert.equal(http && checkedUrl(http), "http://example.com/api/version (of the local AWS)");
});
