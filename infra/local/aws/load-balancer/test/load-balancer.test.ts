import assert from "node:assert/strict";
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { test } from "node:test";
import { openLoadBalancer, openTarget } from "./fixture.js";

test("a new target gets no requests before its first good health check, and then at once", async (t) => {
  const health = { status: 503 };
  const aws = await openLoadBalancer(t, { healthCheckInterval: 1000, unhealthyThreshold: 9 });
  const server = await openTarget(t, (_, response) => response.end("hello"), health);
  const target = aws.register(server);
  await server.checked(1);
  assert.equal((await aws.get("/")).status, 503);
  health.status = 200;
  await aws.check(1);
  assert.deepEqual(await target.next(), { state: "healthy" });
  assert.equal((await aws.get("/")).body, "hello");
});

test("without a target it answers 503 as an Application Load Balancer does", async (t) => {
  const aws = await openLoadBalancer(t);
  const { status, headers, body } = await aws.get("/");
  assert.equal(status, 503);
  assert.equal(headers.server, "awselb/2.0");
  assert.match(body, /<center><h1>503 Service Temporarily Unavailable<\/h1><\/center>\r\n/);
});

test("healthy targets take turns", async (t) => {
  const aws = await openLoadBalancer(t);
  for (const name of ["a", "b"]) {
    await aws.register(await openTarget(t, (_, response) => response.end(name)), { task: name }).next();
  }
  const answers = [];
  for (let index = 0; index < 4; index++) answers.push((await aws.get("/")).body);
  assert.deepEqual(answers.toSorted(), ["a", "a", "b", "b"]);
  assert.notEqual(answers[0], answers[1]);
});

test("the host's first label chooses the service or the target group, and one group alone is the default", async (t) => {
  const aws = await openLoadBalancer(t);
  const open = (name: string) => openTarget(t, (_, response) => response.end(name));
  await aws.register(await open("web"), { task: "1", service: "web" }).next();
  assert.equal((await aws.get("/", { host: "127.0.0.1:4566" })).body, "web");
  const group = "arn:aws:elasticloadbalancing:us-west-2:123456789012:targetgroup/tg-api/1";
  await aws.register(await open("api"), { task: "2", service: "api", group }).next();
  assert.equal((await aws.get("/", { host: "API.example.com:80" })).body, "api");
  assert.equal((await aws.get("/", { host: "tg-api" })).body, "api");
  assert.equal((await aws.get("/", { host: "web.example.com" })).body, "web");
  assert.equal((await aws.get("/", { host: "other.example.com" })).status, 503);
});

test("a target that fails its checks is reported with their codes and gets requests again after enough successes", async (t) => {
  const health = { status: 200 };
  const aws = await openLoadBalancer(t, { healthCheckInterval: 1000, unhealthyThreshold: 2, healthyThreshold: 3 });
  const server = await openTarget(t, (_, response) => response.end("up"), health);
  const target = aws.register(server);
  await target.next();
  await aws.register(await openTarget(t, (_, response) => response.end("other")), { task: "other" }).next();
  health.status = 503;
  for (let check = 0; check < 2; check++) await aws.check(2);
  assert.deepEqual(await target.next(), { state: "unhealthy", reason: "Health checks failed with these codes: [503]" });
  assert.equal((await aws.get("/")).body, "other");
  assert.equal((await aws.get("/")).body, "other");
  health.status = 200;
  for (let check = 0; check < 3; check++) await aws.check(2);
  assert.deepEqual(await target.next(), { state: "healthy" });
});

test("a health check that is not answered in time fails as timed out", async (t) => {
  const aws = await openLoadBalancer(t, { healthCheckTimeout: 2000, healthCheckInterval: 5000, unhealthyThreshold: 1 });
  const arrived = withResolvers<void>();
  const target = await openTarget(t, () => {});
  target.server.removeAllListeners("request").on("request", () => arrived.resolve());
  const registered = aws.register(target);
  await arrived.promise;
  aws.clock.advance(2000);
  assert.deepEqual(await registered.next(), { state: "unhealthy", reason: "Request timed out" });
});

test("when all targets are unhealthy, they get requests all the same", async (t) => {
  const aws = await openLoadBalancer(t, { unhealthyThreshold: 1 });
  const target = aws.register(await openTarget(t, (_, response) => response.end("anyway"), { status: 500 }));
  assert.equal((await target.next()).state, "unhealthy");
  assert.equal((await aws.get("/")).body, "anyway");
});

test("a deregistered target ends its open request and gets no new one; then it is drained", async (t) => {
  const aws = await openLoadBalancer(t);
  const held = withResolvers<ServerResponse>();
  const target = aws.register(await openTarget(t, (_, response) => held.resolve(response)));
  await target.next();
  const answer = aws.get("/");
  const response = await held.promise;
  const drained = withResolvers<void>();
  let done = false;
  target.deregister(() => {
    done = true;
    drained.resolve();
  });
  assert.equal((await aws.get("/")).status, 503);
  aws.clock.advance(1000);
  assert.equal(done, false);
  response.end("finished");
  assert.equal((await answer).body, "finished");
  await drained.promise;
});

test("a request that outlasts the deregistration delay is cut and the target is drained", async (t) => {
  const aws = await openLoadBalancer(t, { deregistrationDelay: 10_000 });
  const held = withResolvers<void>();
  const target = aws.register(await openTarget(t, () => held.resolve()));
  await target.next();
  const answer = aws.get("/");
  await held.promise;
  let drained = false;
  target.deregister(() => {
    drained = true;
  });
  aws.clock.advance(9_999);
  assert.equal(drained, false);
  aws.clock.advance(1);
  assert.equal(drained, true);
  assert.equal((await answer).status, 502);
});

test("with ELB's own settings an idle target drains for the whole delay", async (t) => {
  const aws = await openLoadBalancer(t, { deregistrationDelay: 300_000, waitsOutDelay: true });
  const target = aws.register(await openTarget(t, (_, response) => response.end()));
  await target.next();
  let drained = false;
  target.deregister(() => {
    drained = true;
  });
  aws.clock.advance(299_999);
  assert.equal(drained, false);
  aws.clock.advance(1);
  assert.equal(drained, true);
});

test("a target that refuses the connection is answered with 502, one that never answers with 504", async (t) => {
  const aws = await openLoadBalancer(t, { idleTimeout: 60_000, healthCheckInterval: 3_600_000 });
  const dying = await openTarget(t, () => {});
  const lost = aws.register(dying, { task: "lost" });
  await lost.next();
  dying.server.closeAllConnections();
  await new Promise((resolve) => dying.server.close(resolve));
  assert.equal((await aws.get("/")).status, 502);
  lost.deregister(() => {});
  const arrived = withResolvers<void>();
  await aws.register(await openTarget(t, () => arrived.resolve()), { task: "slow" }).next();
  const answer = aws.get("/");
  await arrived.promise;
  aws.clock.advance(60_000);
  const { status, body } = await answer;
  assert.equal(status, 504);
  assert.match(body, /504 Gateway Time-out/);
});

test("method, path, Host and body go on; who the client is is added; what concerns one connection stays", async (t) => {
  const aws = await openLoadBalancer(t);
  let seen: IncomingMessage | undefined;
  const target = await openTarget(t, async (request, response) => {
    seen = request;
    response.writeHead(201, { "set-cookie": ["a=1", "b=2"], "keep-alive": "timeout=5" }).end(await buffer(request));
  });
  await aws.register(target).next();
  const headers = { connection: "keep-alive, x-private", "x-private": "1", "x-forwarded-for": "192.0.2.1" };
  const answer = await aws.get("/a?b=c", { method: "POST", body: "payload", headers });
  assert.deepEqual([answer.status, answer.body, answer.headers["set-cookie"]], [201, "payload", ["a=1", "b=2"]]);
  assert.deepEqual([seen?.method, seen?.url, seen?.headers.host], ["POST", "/a?b=c", "web.example.com"]);
  assert.equal(seen?.headers["x-forwarded-for"], "192.0.2.1, 127.0.0.1");
  assert.equal(seen?.headers["x-forwarded-proto"], "http");
  assert.equal(seen?.headers["x-private"], undefined);
});

test("an answer is passed on as it comes, and a client that leaves ends the request at the target", async (t) => {
  const aws = await openLoadBalancer(t);
  const left = withResolvers<void>();
  const target = await openTarget(t, (_, response) => {
    response.write("first");
    response.once("close", () => left.resolve());
  });
  await aws.register(target).next();
  const call = aws.start("/").end();
  call.on("error", () => {});
  const [response] = (await once(call, "response")) as [IncomingMessage];
  const [chunk] = await once(response, "data");
  assert.equal(String(chunk), "first");
  call.destroy();
  await left.promise;
});

test("an answer that the target breaks off breaks off for the client", async (t) => {
  const aws = await openLoadBalancer(t);
  const target = await openTarget(t, (_, response) => {
    response.writeHead(200, { "content-length": 100 }).write("half");
    setImmediate(() => response.destroy());
  });
  await aws.register(target).next();
  await assert.rejects(aws.get("/"), /aborted|socket hang up/);
});

function withResolvers<T>() {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settled) => {
    resolve = settled;
  });
  return { promise, resolve };
}
