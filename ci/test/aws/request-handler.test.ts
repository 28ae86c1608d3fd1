import assert from "node:assert/strict";
import { test } from "node:test";
import { ListSchedulesCommand } from "@aws-sdk/client-scheduler";
import { createAws } from "../../lib/aws/clients.js";
import { isUncertain } from "../../lib/aws/errors.js";
import { requestHandler } from "../../lib/aws/request-handler.js";
import { httpServer, rawServer, writeWithoutEnd } from "../support/loopback.js";

const credentials = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "example" };
const request = { protocol: "http:", hostname: "127.0.0.1", method: "POST", path: "/", headers: {} };
const handler = requestHandler({ direct: true });

test("a response that never ends fails as a network error", async (t) => {
  const { port } = await rawServer(t, (socket) => {
    socket.write("HTTP/1.1 200 OK\r\n\r\n");
    writeWithoutEnd(socket, () => " ".repeat(0x10000));
  });
  const failed = await handler.handle({ ...request, port }).catch((error) => error);
  assert.match(failed.message, /longer than 16 MiB/);
  assert.ok(isUncertain(failed));
});

test("a response that arrives byte by byte fails after the time limit of one call", async (t) => {
  const { port } = await rawServer(t, (socket) => {
    socket.write("HTTP/1.1 200 OK\r\n\r\n");
    const timer = setInterval(() => socket.write(" "), 10);
    socket.on("close", () => clearInterval(timer));
  });
  const failed = await handler.handle({ ...request, port }, { requestTimeout: 200 }).catch((error) => error);
  assert.equal(failed.name, "TimeoutError");
  assert.ok(isUncertain(failed));
});

test("a request that is aborted ends as it does with the SDK's own handler, with the reason as its cause", async (t) => {
  const controller = new AbortController();
  const reason = new Error("cut off");
  const { port } = await rawServer(t, () => controller.abort(reason));
  const failed = await handler.handle({ ...request, port }, { abortSignal: controller.signal }).catch((error) => error);
  assert.deepEqual([failed.name, failed.cause], ["AbortError", reason]);
});

test("a query is sent as it is signed", async (t) => {
  let url: string | undefined;
  const { origin } = await httpServer(t, (incoming, response) => {
    url = incoming.url;
    response.setHeader("content-type", "application/json");
    response.end('{"Schedules":[]}');
  });
  const { lazy } = createAws({ region: "us-west-2", credentials, endpoint: origin.origin });
  await (await lazy.scheduler()).send(new ListSchedulesCommand({ NamePrefix: "a b+c(d)*é", MaxResults: 5 }));
  assert.equal(url, "/schedules?NamePrefix=a%20b%2Bc%28d%29%2A%C3%A9&MaxResults=5");
});
