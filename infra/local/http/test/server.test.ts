import assert from "node:assert/strict";
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { text } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { createGuardedServer, type Handler } from "../server.js";

async function serve(t: TestContext, handler: Handler) {
  const lines: string[] = [];
  const server = createGuardedServer({}, handler, (line) => lines.push(line)).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  /** Sends bytes as they stand, and reads until the connection ends. */
  const send = (bytes: string) => {
    const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
    socket.write(Buffer.from(bytes, "latin1"));
    return text(socket);
  };
  return { server, lines, send };
}

function withResolvers() {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

const get = (path: string, ...headers: string[]) =>
  [`GET ${path} HTTP/1.1`, ...headers, "connection: close", "", ""].join("\r\n");

const ok: Handler = (_request: IncomingMessage, response: ServerResponse) => response.end("ok");

test("a malformed Host or a broken escape in the path is answered with 400, without a stack", async (t) => {
  const { send, lines } = await serve(t, () => assert.fail("it reached the handler"));
  const malformed = [
    get("/", "host: a b"),
    get("/", "host: a/b"),
    get("/", "host: user@a"),
    get("/", "host: a?b"),
    get("/", "host: "),
    get("/", "host: a:b"),
    get("/", "host: a:99999"),
    get("/", "host: 999.999.999.999"),
    get("/", "host: [::1"),
    get("/", "host: [zz]"),
    get("/", "host: <script>"),
    get("/", "host: a\xffb"),
    get("/", "host: a", "host: b"),
    get("/%zz", "host: a"),
    get("/%", "host: a"),
    get("/a%2", "host: a"),
    get("/%u0041", "host: a"),
  ];
  for (const request of malformed) {
    const answer = await send(request);
    assert.match(answer, /^HTTP\/1\.1 400 Bad Request\r\n/, request);
    assert.doesNotMatch(answer, /at |Error/, request);
  }
  assert.deepEqual(lines, []);
});

test("unusual hosts and paths that are well-formed reach the handler", async (t) => {
  const { send } = await serve(t, ok);
  const wellFormed = [
    get("/", "host: 127.0.0.1:4566"),
    get("/", "host: [::1]:80"),
    get("/", "host: under_score.example.com"),
    get("/", "host: example.com."),
    get("/", "host: constructor"),
    get("/%ff%00%2F", "host: a"),
    get("/?q=100%", "host: a"),
    "GET / HTTP/1.0\r\n\r\n",
    "OPTIONS * HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n",
    get("//", "host: a"),
    get("http://other/x", "host: a"),
    get("/", "host: a", "upgrade: websocket", "connection: upgrade"),
  ];
  for (const request of wellFormed) assert.match(await send(request), /^HTTP\/1\.1 200 OK\r\n/, request);
});

test("a handler that throws, rejects or fails in its middle is logged, and the next request is served", async (t) => {
  const failures: Record<string, Handler> = {
    "/throws": () => {
      throw new Error("it threw");
    },
    "/rejects": async () => {
      throw new Error("it rejected");
    },
    "/status": (_, response) => response.writeHead(0),
    "/reason": (_, response) => response.setHeader("x-secret", "s").writeHead(200, "\x01"),
    "/header": (_, response) => response.setHeader("x", "\x01"),
    "/middle": async (_, response) => {
      const { promise, resolve } = withResolvers();
      response.writeHead(200, { "content-length": 100 }).write("half", resolve);
      await promise;
      throw new Error("it broke");
    },
    "/late": (_, response) => {
      response.end("done");
      response.write("more");
    },
  };
  const { send, lines } = await serve(t, (request, response) => (failures[request.url ?? ""] ?? ok)(request, response));
  for (const path of ["/throws", "/rejects", "/status", "/reason", "/header"]) {
    const answer = await send(get(path, "host: a"));
    assert.match(answer, /^HTTP\/1\.1 500 Internal Server Error\r\n/, path);
    assert.doesNotMatch(answer, /it threw|it rejected|x-secret|\.ts:/, path);
  }
  assert.equal(lines.length, 5);
  assert.match(lines[0] ?? "", /^GET "\/throws": Error: it threw\n/);
  assert.match(await send(get("/middle", "host: a")), /half$/);
  await send(get("/late", "host: a"));
  assert.match(await send(get("/fine", "host: a")), /ok$/);
});

test("what is no HTTP, and a connection that breaks off, end nothing", async (t) => {
  const { server, send } = await serve(t, async (request, response) => {
    for await (const _ of request);
    response.end("read");
  });
  for (const bytes of [
    "\x00\x01\x02\r\n\r\n",
    "CONNECT a:80 HTTP/1.1\r\nhost: a\r\n\r\n",
    `GET / HTTP/1.1\r\nhost: a\r\nx: ${"x".repeat(20_000)}\r\n\r\n`,
    "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\nzz\r\n",
    "GET / HTTP/1.1\r\nhost: a\r\nexpect: the-unexpected\r\nconnection: close\r\n\r\n",
  ]) {
    assert.doesNotMatch(await send(bytes), /^HTTP\/1\.1 200/);
  }
  const { promise: closed, resolve: close } = withResolvers();
  server.once("connection", (socket) => socket.once("close", close));
  const broken = connect((server.address() as AddressInfo).port, "127.0.0.1", () => {
    broken.write("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\nhalf", () => broken.resetAndDestroy());
  });
  broken.on("error", () => undefined);
  await closed;
  assert.match(await send(get("/", "host: a")), /read$/);
});

test("an error of the server after it listens is logged", async (t) => {
  const { server, lines, send } = await serve(t, ok);
  for (const code of ["EMFILE", "ENFILE"]) server.emit("error", new Error(`accept ${code}`));
  assert.deepEqual(lines, ["HTTP server: accept EMFILE", "HTTP server: accept ENFILE"]);
  assert.match(await send(get("/", "host: a")), /ok$/);
});
