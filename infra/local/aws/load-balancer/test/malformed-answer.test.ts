import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { type TestContext, test } from "node:test";
import { openLoadBalancer, openTarget } from "./fixture.js";

/** A target that answers health checks well, and everything else with these bytes. */
async function rawTarget(t: TestContext, answer: string) {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", (head) => {
      const isCheck = head.toString("latin1").startsWith("GET /healthz ");
      socket.end(isCheck ? "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n" : Buffer.from(answer, "latin1"));
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  return { port: (server.address() as AddressInfo).port };
}

const malformed = {
  "a status below 100": "HTTP/1.1 000 x\r\ncontent-length: 0\r\n\r\n",
  "a status of one digit": "HTTP/1.1 1 x\r\ncontent-length: 0\r\n\r\n",
  "a status of four digits": "HTTP/1.1 1000 x\r\ncontent-length: 0\r\n\r\n",
  "101 without an upgrade": "HTTP/1.1 101 Switching Protocols\r\ncontent-length: 0\r\n\r\n",
  "an unrequested upgrade": "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n",
  "a control character in the reason": "HTTP/1.1 200 O\x01K\r\ncontent-length: 0\r\nset-cookie: a=b\r\n\r\n",
  "an escape character in the reason": "HTTP/1.1 200 \x1b[31mred\r\ncontent-length: 0\r\n\r\n",
  "a control character in a header": "HTTP/1.1 200 OK\r\nx: a\x01b\r\ncontent-length: 0\r\n\r\n",
  "a header that is no header": "HTTP/1.1 200 OK\r\nno header\r\n\r\n",
  "no HTTP at all": "\x00\x01\x02\r\n\r\n",
  "two lengths": "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
  nothing: "",
};

for (const [name, answer] of Object.entries(malformed)) {
  test(`a target's answer with ${name} is answered with 502, and the next request is served`, async (t) => {
    const aws = await openLoadBalancer(t);
    const bad = aws.register(await rawTarget(t, answer), { task: "bad" });
    await bad.next();
    const { status, headers, body } = await aws.get("/");
    assert.equal(status, 502);
    assert.equal(headers.server, "awselb/2.0");
    assert.equal(headers["set-cookie"], undefined);
    assert.match(body, /502 Bad Gateway/);
    bad.deregister(() => undefined);
    const good = await openTarget(t, (_, response) => response.end("good"));
    await aws.register(good, { task: "good" }).next();
    assert.equal((await aws.get("/")).body, "good");
  });
}

test("headers that objects inherit names of pass in both directions", async (t) => {
  const aws = await openLoadBalancer(t);
  let seen: string[] = [];
  const target = await openTarget(t, (request, response) => {
    seen = request.rawHeaders;
    response.setHeader("constructor", "c").setHeader("__proto__", "p").end("ok");
  });
  await aws.register(target).next();
  const { body, headers } = await aws.get("/", { headers: { constructor: "c", ["__proto__"]: "p", tostring: "t" } });
  assert.equal(body, "ok");
  assert.equal(headers.constructor, "c");
  for (const name of ["constructor", "__proto__", "tostring"]) assert.ok(seen.includes(name), name);
});

test("a listener of a target's health that throws is logged and ends nothing", async (t) => {
  const lines: string[] = [];
  const aws = await openLoadBalancer(t, {}, (line) => lines.push(line));
  const target = await openTarget(t, (_, response) => response.end("served"));
  const at = { targetGroupArn: "g/web", taskArn: "task", serviceName: "web", ip: "127.0.0.1", port: target.port };
  const reported = new Promise<void>((resolve) =>
    aws.loadBalancer.register(at, () => {
      resolve();
      throw new Error("listener failed");
    }),
  );
  await reported;
  assert.equal((await aws.get("/")).body, "served");
  await new Promise<void>((resolve) => {
    aws.loadBalancer.deregister("g/web", "task", () => {
      resolve();
      throw new Error("drained failed");
    });
    aws.clock.advance(0);
  });
  assert.match(lines.join("\n"), /listener failed[\s\S]*drained failed/);
});
