import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { checkAccount } from "../../lib/aws/account.js";
import { createAws } from "../../lib/aws/clients.js";
import { readImageLabels } from "../../lib/aws/image-labels.js";
import { exchange, MiB } from "../../lib/http/exchange.js";
import { routeTo } from "../../lib/http/proxies.js";
import { sendOverHttp } from "../../lib/rollout/verify/http-request.js";
import { httpServer } from "../support/loopback.js";
import { forwardProxy, withEnvironment } from "../support/proxy.js";
import { target } from "../support/scripted-ecs.js";

const bounds = { path: "/version", limit: 60_000, mostBytes: MiB };
const registry = "123456789012.dkr.ecr.eu-central-1.amazonaws.com";
const credentials = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "example" };
const login = `Basic ${Buffer.from("joe:p@ssw:rd").toString("base64")}`;

for (const name of ["HTTPS_PROXY", "https_proxy"])
  test(`AWS, the registry and an https URL are reached through the proxy that ${name} names`, async (t) => {
    const proxy = await forwardProxy(t);
    withEnvironment(t, { [name]: proxy.url });
    const aws = createAws({ region: "eu-central-1", credentials });
    await assert.rejects(checkAccount(aws, target), /the proxy http:\/\/127\.0\.0\.1:\d+ answered HTTP 502 for sts/);
    const url = new URL("https://app.example.com/version");
    await assert.rejects(sendOverHttp({ url, limit: 60_000 }), /answered HTTP 502 for app\.example\.com/);
    const repository = { registryId: "1", name: "web", uri: `${registry}/web` };
    await assert.rejects(
      readImageLabels(repository, `sha256:${"a".repeat(64)}`, { username: "AWS", password: "secret" }),
      /answered HTTP 502 for 123456789012\.dkr\.ecr\.eu-central-1\.amazonaws\.com/,
    );
    assert.deepEqual(
      [...new Set(proxy.seen)],
      ["CONNECT sts.eu-central-1.amazonaws.com:443", "CONNECT app.example.com:443", `CONNECT ${registry}:443`],
    );
    assert.deepEqual([...proxy.logins], [login]);
  });

for (const name of ["HTTP_PROXY", "http_proxy"])
  test(`an http URL is reached through the proxy that ${name} names, by its absolute URL`, async (t) => {
    const proxy = await forwardProxy(t);
    withEnvironment(t, { [name]: proxy.url });
    const { body } = await sendOverHttp({ url: new URL("http://app.example.com:8080/version"), limit: 60_000 });
    assert.equal(body, '{"version":"by the proxy"}');
    assert.deepEqual(proxy.seen, ["GET http://app.example.com:8080/version"]);
    assert.deepEqual([...proxy.logins], [login]);
  });

test("a request through a tunnel ends where the tunnel leads, with nothing of the proxy's login", async (t) => {
  let headers: unknown;
  const { port } = await httpServer(t, (request, response) => {
    headers = request.headers;
    response.end("not TLS");
  });
  const proxy = await forwardProxy(t, { to: port });
  withEnvironment(t, { HTTPS_PROXY: proxy.url });
  // The other end of the tunnel does not speak TLS, so no request arrives.
  await assert.rejects(exchange({ ...bounds, origin: new URL("https://app.example.com") }));
  assert.deepEqual(proxy.seen, ["CONNECT app.example.com:443"]);
  assert.equal(headers, undefined);
});

test("a proxy for one scheme is not used for the other", (t) => {
  withEnvironment(t, {});
  const proxies = { HTTP_PROXY: "http://one.example:1", HTTPS_PROXY: "http://two.example:2" };
  const proxyOf = (url: string, env: Record<string, string>) => routeTo(new URL(url), env).proxy;
  assert.equal(proxyOf("http://a.example", proxies), "http://one.example:1");
  assert.equal(proxyOf("https://a.example", proxies), "http://two.example:2");
  assert.equal(proxyOf("https://a.example", { HTTP_PROXY: "http://one.example:1" }), undefined);
  assert.equal(proxyOf("http://a.example", { HTTPS_PROXY: "http://two.example:2" }), undefined);
  assert.equal(proxyOf("https://a.example", { HTTPS_PROXY: "", https_proxy: "" }), undefined);
  assert.equal(proxyOf("https://a.example", { HTTPS_PROXY: "proxy.example:3128" }), "http://proxy.example:3128");
});

for (const noProxy of [
  "app.example.com",
  "example.com",
  ".example.com",
  "*.example.com",
  "other,app.example.com:80",
  "*",
])
  test(`a host that NO_PROXY=${noProxy} lists is reached without the proxy`, async (t) => {
    for (const name of ["NO_PROXY", "no_proxy"]) {
      const proxy = await forwardProxy(t);
      withEnvironment(t, { HTTP_PROXY: proxy.url, [name]: noProxy });
      // The host does not exist; only the absence of a request at the proxy counts.
      await assert.rejects(exchange({ ...bounds, origin: new URL("http://app.example.com"), limit: 500 }));
      assert.deepEqual(proxy.seen, []);
    }
  });

test("a host that NO_PROXY does not list is reached through the proxy", async (t) => {
  const proxy = await forwardProxy(t);
  withEnvironment(t, { HTTP_PROXY: proxy.url, NO_PROXY: "ample.com,app.example.com:8080,other.example" });
  await exchange({ ...bounds, origin: new URL("http://app.example.com") });
  assert.deepEqual(proxy.seen, ["GET http://app.example.com/version"]);
});

test("loopback, a local AWS and a task at its own address are never reached through a proxy", async (t) => {
  const proxy = await forwardProxy(t);
  const here = await httpServer(t, (_, response) => void response.end('{"version":"here"}'));
  withEnvironment(t, { HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url });
  for (const host of ["127.0.0.1", "localhost"]) {
    const response = await sendOverHttp({ url: new URL(`http://${host}:${here.port}/version`), limit: 60_000 });
    assert.equal(response.body, '{"version":"here"}');
  }
  for (const host of ["127.1.2.3", "[::1]", "app.localhost"])
    assert.equal(routeTo(new URL(`http://${host}:5000`)).proxy, undefined, host);
  for (const how of [{ host: "app.example.com" }, { direct: true }])
    await assert.rejects(sendOverHttp({ url: new URL("http://aws.invalid:4566/version"), limit: 5_000, ...how }));
  const aws = createAws({ region: "us-west-2", credentials, endpoint: "http://aws.invalid:4566" });
  await assert.rejects(checkAccount(aws, target, "http://aws.invalid:4566"), { exitCode: 2 });
  assert.deepEqual(proxy.seen, []);
});

for (const value of [
  "socks5://joe:p%40ss@proxy.example",
  "http://joe:p%40ss@",
  "http://joe:%zz-p%40ss@proxy.example",
  "::::",
])
  test(`a proxy such as ${value.replace("p%40ss", "…")} is refused as input, by its variable's name alone`, async (t) => {
    withEnvironment(t, { HTTPS_PROXY: value });
    const aws = createAws({ region: "us-west-2", credentials });
    const refused = await checkAccount(aws, target).then(
      () => assert.fail("not refused"),
      (error: Error) => error,
    );
    assert.deepEqual(
      [(refused as { code?: string }).code, (refused as { exitCode?: number }).exitCode],
      ["bad-proxy", 2],
    );
    assert.match(refused.message, /HTTPS_PROXY .* Accepted: .*http:\/\/proxy\.example\.com:3128/);
    assert.doesNotMatch(inspect(refused, { depth: 10, showHidden: true }), /p%40ss|p@ss/);
  });

test("a proxy that refuses its login, or can't be reached, is named without the login", async (t) => {
  const proxy = await forwardProxy(t, { refuses: 407 });
  for (const value of [proxy.url, "http://joe:p%40ssw%3Ard@127.0.0.1:1"]) {
    withEnvironment(t, { HTTPS_PROXY: value });
    const failed = await exchange({ ...bounds, origin: new URL("https://app.example.com") }).then(
      () => assert.fail("not refused"),
      (error: Error) => error,
    );
    assert.match(failed.message, /the proxy http:\/\/127\.0\.0\.1:\d+/);
    assert.doesNotMatch(inspect(failed, { depth: 10, showHidden: true }), /p%40ssw|p@ssw|am9lOn/);
  }
});
