import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { exchange, MiB } from "../../lib/http/exchange.js";
import { httpServer, rawServer, writeWithoutEnd } from "../support/loopback.js";

const bounds = { path: "/", limit: 60_000, mostBytes: MiB };
const head = "HTTP/1.1 200 OK\r\n";
const chunked = `${head}transfer-encoding: chunked\r\n\r\n`;

test("an answer is read whole, with its headers in lower case", async (t) => {
  const { origin } = await httpServer(t, (request, response) => {
    response.writeHead(418, { "X-One": "1", "Set-Cookie": ["a=1", "b=2"] }).end(`${request.method} ${request.url}`);
  });
  const answer = await exchange({ ...bounds, origin, path: "/a%2Fb?c=d" });
  assert.equal(answer.status, 418);
  assert.equal(answer.headers["x-one"], "1");
  assert.equal(answer.headers["set-cookie"], "a=1,b=2");
  assert.equal(Buffer.from(answer.body).toString(), "GET /a%2Fb?c=d");
});

const slowly: Record<string, (socket: Socket) => void> = {
  "never answers": () => {},
  "sends its headers byte by byte": (socket) => drip(socket, `${head}x: `, "x"),
  "sends its body byte by byte": (socket) => drip(socket, `${head}content-length: 1000000\r\n\r\n`, "x"),
  "sends its chunks byte by byte": (socket) => drip(socket, chunked, "1\r\nx\r\n"),
  "sends early hints without end": (socket) => drip(socket, "", "HTTP/1.1 103 Early Hints\r\n\r\n"),
};

/** Never pauses long enough to reach an idle timeout. */
function drip(socket: Socket, first: string, again: string) {
  socket.write(first);
  const timer = setInterval(() => socket.write(again), 10);
  socket.on("close", () => clearInterval(timer));
}

for (const [name, answer] of Object.entries(slowly))
  test(`a server that ${name} times out when the whole exchange reaches its limit`, async (t) => {
    const { origin } = await rawServer(t, answer);
    await assert.rejects(exchange({ ...bounds, origin, limit: 200 }), {
      name: "TimeoutError",
      code: "ETIMEDOUT",
      message: "no complete answer within 0.2 s",
    });
  });

const endless: Record<string, [(socket: Socket) => void, RegExp]> = {
  "a body in chunks without end": [
    (socket) => {
      socket.write(chunked);
      writeWithoutEnd(socket, () => `10000\r\n${"x".repeat(0x10000)}\r\n`);
    },
    /longer than 1 MiB/,
  ],
  "a body that its length announces": [
    (socket) => {
      socket.write(`${head}content-length: 99999999999\r\n\r\n`);
      writeWithoutEnd(socket, () => Buffer.alloc(0x10000));
    },
    /longer than 1 MiB/,
  ],
  "one header without end": [
    (socket) => {
      socket.write(`${head}x: `);
      writeWithoutEnd(socket, () => "x".repeat(0x10000));
    },
    /longer than 16 KiB/,
  ],
  "headers without end": [
    (socket) => {
      socket.write(head);
      writeWithoutEnd(socket, () => "x: y\r\n".repeat(10_000));
    },
    /longer than 16 KiB/,
  ],
};

for (const [name, [answer, expected]] of Object.entries(endless))
  test(`${name} is cut off at the maximum number of bytes`, async (t) => {
    let connection: Socket | undefined;
    const { origin } = await rawServer(t, (socket) => {
      connection = socket;
      answer(socket);
    });
    await assert.rejects(exchange({ ...bounds, origin }), expected);
    if (!connection?.destroyed) await new Promise((resolve) => connection?.once("close", resolve));
    // Both ends of the connection buffer more bytes than were read.
    assert.ok((connection?.bytesWritten ?? 0) < 64 * MiB, String(connection?.bytesWritten));
  });

test("a body of exactly the maximum size is read, and one byte more is too many", async (t) => {
  const { origin } = await httpServer(t, ({ url }, response) => void response.end(Buffer.alloc(Number(url?.slice(1)))));
  assert.equal((await exchange({ ...bounds, origin, path: `/${MiB}` })).body.length, MiB);
  await assert.rejects(exchange({ ...bounds, origin, path: `/${MiB + 1}` }), /longer than 1 MiB/);
});

test("no compressed body is requested, and one that comes anyway is not expanded", async (t) => {
  const bomb = gzipSync(Buffer.alloc(64 * MiB));
  let accepted: string | undefined;
  const { origin } = await httpServer(t, ({ headers }, response) => {
    accepted = String(headers["accept-encoding"]);
    response.writeHead(200, { "content-encoding": "gzip" }).end(bomb);
  });
  const { body } = await exchange({ ...bounds, origin });
  assert.equal(accepted, "identity");
  assert.equal(body.length, bomb.length);
});

test("a redirect is a response, and its location is not requested", async (t) => {
  let requests = 0;
  const elsewhere = await httpServer(t, (_, response) => {
    requests++;
    response.end();
  });
  const { origin } = await httpServer(t, (_, response) => {
    response.writeHead(302, { location: elsewhere.origin.href }).end();
  });
  assert.equal((await exchange({ ...bounds, origin })).status, 302);
  assert.equal(requests, 0);
});

test("a connection that breaks in the middle is reported as a network failure, as Node's client reports it", async (t) => {
  const { origin } = await rawServer(t, (socket) => {
    socket.end(`${head}content-length: 100\r\n\r\nhalf`);
  });
  await assert.rejects(exchange({ ...bounds, origin }), { code: "ECONNRESET" });
  await assert.rejects(exchange({ ...bounds, origin: new URL("http://127.0.0.1:1") }), { code: "ECONNREFUSED" });
  const nonsense = await rawServer(t, (socket) => void socket.end("SSH-2.0-OpenSSH\r\n"));
  await assert.rejects(exchange({ ...bounds, origin: nonsense.origin }), { code: "ECONNRESET" });
});

test("an exchange that is aborted rejects with the abort reason", async (t) => {
  const { origin } = await rawServer(t, () => {});
  const controller = new AbortController();
  const reason = new Error("cut off");
  const exchanged = exchange({ ...bounds, origin, signal: controller.signal });
  controller.abort(reason);
  await assert.rejects(exchanged, reason);
});
