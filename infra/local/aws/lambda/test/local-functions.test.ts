import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { systemClock } from "../../clock.js";
import type { FunctionAnswer } from "../../ecs/hook-functions.js";
import type { JsonObject } from "../../protocol/service.js";
import { createVirtualClock } from "../../virtual-clock.js";
import { createLocalFunctions } from "../local-functions.js";

const arnOf = (name: string) => `arn:aws:lambda:us-west-2:123456789012:function:${name}`;
const event: JsonObject = { lifecycleStage: "PRE_SCALE_UP", hookDetails: { limit: 5 } };

/** Invokes a function once. */
async function answerOf(target: string, name = "gate"): Promise<{ answer: FunctionAnswer; lines: string[] }> {
  const lines: string[] = [];
  const functions = createLocalFunctions(new Map([["gate", target]]), {
    clock: systemClock,
    log: (line) => lines.push(line),
  });
  return { answer: await new Promise((resolve) => functions.invoke(arnOf(name), event, resolve)), lines };
}

test("a command receives the event on its input, and its output is the response", async () => {
  const { answer } = await answerOf(
    `node -e 'process.stdin.on("data", (d) => console.log(JSON.parse(d)))' >&2; echo '{"hookStatus":"SUCCEEDED"}'`,
  );
  assert.deepEqual(answer, { output: { hookStatus: "SUCCEEDED" } });
  assert.deepEqual((await answerOf("cat")).answer, { output: event });
});

test("a command that fails, or whose output is no JSON, is an exception, with a line in the log", async () => {
  const failed = await answerOf("echo '{}'; exit 3");
  assert.deepEqual(failed, {
    answer: { error: "exception" },
    lines: ["Lambda function gate: the command ended with exit code 3"],
  });
  const nonsense = await answerOf("echo yes");
  assert.deepEqual(nonsense.answer, { error: "exception" });
  assert.deepEqual(nonsense.lines, ['Lambda function gate: the response is not JSON: "yes\\n"']);
});

test("a function without a target does not exist, and a qualifier names the same function", async () => {
  assert.deepEqual((await answerOf("cat", "other")).answer, { refused: `Function not found: ${arnOf("other")}` });
  assert.deepEqual((await answerOf("cat", "gate:live")).answer, { output: event });
});

test("a URL receives the event by POST; 429 is throttling, and another error an exception", async () => {
  const statuses = [200, 429, 500];
  const bodies: unknown[] = [];
  const server = createServer(async (request, response) => {
    bodies.push([request.method, JSON.parse(await text(request))]);
    response.writeHead(statuses.shift() ?? 200).end('{"hookStatus":"FAILED"}');
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/gate`;
    assert.deepEqual((await answerOf(url)).answer, { output: { hookStatus: "FAILED" } });
    assert.deepEqual((await answerOf(url)).answer, { refused: "Rate Exceeded." });
    const failed = await answerOf(url);
    assert.deepEqual(failed.answer, { error: "exception" });
    assert.match(failed.lines[0] ?? "", /^Lambda function gate: HTTP 500: /);
    assert.deepEqual(
      bodies,
      [0, 1, 2].map(() => ["POST", event]),
    );
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test("a command that runs for 15 minutes is ended with all its programs, and close ends one without an answer", async () => {
  const clock = createVirtualClock();
  const functions = createLocalFunctions(new Map([["gate", "sleep 600; true"]]), { clock, log: () => {} });
  const answered = new Promise((resolve) => functions.invoke(arnOf("gate"), event, resolve));
  clock.advance(900_000);
  assert.deepEqual(await answered, { error: "timeout" });
  functions.invoke(arnOf("gate"), event, () => assert.fail("a closed function answered"));
  functions.close();
});
