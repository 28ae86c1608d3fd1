import assert from "node:assert/strict";
import { test } from "node:test";
import { type Node, visibleTree } from "../display/tree.js";
import { originsOf, spanOf, traceparent, withOrigin, withoutOrigins } from "../telemetry/origin.js";
import { readSpans } from "../telemetry/otlp.js";
import { noFlags } from "../telemetry/span.js";
import { type ReceivedSpan, Trace, within } from "../telemetry/trace.js";

const received = (id: string, parent?: string, more: Partial<ReceivedSpan> = {}): ReceivedSpan => ({
  ...noFlags,
  id,
  parent,
  name: id,
  startedAt: Number(id.replace(/\D/g, "")),
  endedAt: undefined,
  failed: false,
  ...more,
});

/** The names of what is shown, children in brackets. */
function names(nodes: Node[]): string {
  return nodes.map(({ span, children }) => span.name + (children.length > 0 ? `[${names(children)}]` : "")).join(" ");
}

test("a step is a child of the step that takes it, also where it is taken in another turn of the event loop", async () => {
  const trace = new Trace();
  await trace.step("a", async () => {
    await new Promise((resolve) => setImmediate(resolve));
    await Promise.all([trace.step("b", async () => {}), trace.step("c", async () => trace.log("line"))]);
  });
  assert.equal(names(visibleTree(trace)), "a[b c]");
  assert.deepEqual(
    [...trace.spans.values()].at(-1)?.logs.map(({ text }) => text),
    ["line"],
  );
});

test("an error names the first step that it left as its origin, in every step above it", async () => {
  const trace = new Trace();
  const failing = trace.step("a", () =>
    trace.step("b", async () => {
      throw new Error("no wood");
    }),
  );
  const error = await failing.catch((error: unknown) => error);
  const [a, b] = [...trace.spans.values()];
  assert.equal(trace.messageOf(error, "otherwise"), `no wood [traceparent:${trace.id}-${b?.id}]`);
  assert.deepEqual([a?.origins, b?.origins, a?.error, b?.error], [[b?.id], [], "no wood", "no wood"]);
});

test("spans of a module's process are below the function that it runs", () => {
  const trace = new Trace();
  const call = trace.start("deploy");
  trace.alias("f00f00f00f00f00f", call);
  trace.receive(received("1", "f00f00f00f00f00f"));
  trace.receive(received("2", "1"));
  assert.equal(names(visibleTree(trace)), "deploy[1[2]]");
  assert.equal(
    within("f00f00f00f00f00f", () => trace.currentSpan()),
    call,
  );
});

test("a span that arrives before its parent moves below it", () => {
  const trace = new Trace();
  trace.receive(received("2", "1"));
  assert.equal(names(visibleTree(trace)), "2");
  trace.receive(received("1"));
  assert.equal(names(visibleTree(trace)), "1[2]");
});

test("the end of a span is reported once, with its error; later updates have no effect", () => {
  const trace = new Trace();
  const ended: string[] = [];
  trace.observe({ ended: ({ name, error }) => void ended.push(`${name} ${error}`) });
  trace.receive(received("1"));
  trace.receive(received("1", undefined, { endedAt: 5, failed: true, error: "bad" }));
  trace.receive(received("1", undefined, { endedAt: 6 }));
  assert.deepEqual(ended, ["1 bad"]);
});

test("a step that fails after the call was aborted was canceled", async () => {
  const abort = new AbortController();
  const trace = new Trace(Date.now, abort.signal);
  const failing = trace.step("a", async () => {
    abort.abort();
    throw new Error("socket closed");
  });
  await assert.rejects(failing);
  const [span] = [...trace.spans.values()];
  assert.deepEqual([span?.canceled, span?.failed, span?.error], [true, true, "context canceled"]);
});

test("what still runs when the call ends counts as canceled", () => {
  const trace = new Trace();
  trace.receive(received("1"));
  trace.finish();
  const [span] = [...trace.spans.values()];
  assert.deepEqual([span?.canceled, span?.endedAt !== undefined], [true, true]);
});

test("hidden spans take what is below them along, unless they failed; a passthrough is replaced by its children", () => {
  const trace = new Trace();
  trace.receive(received("1", undefined, { internal: true }));
  trace.receive(received("2", "1"));
  trace.receive(received("3", undefined, { passthrough: true }));
  trace.receive(received("4", "3"));
  trace.receive(received("5", undefined, { encapsulate: true }));
  trace.receive(received("6", "5"));
  trace.receive(received("7", "5", { endedAt: 8, failed: true }));
  assert.equal(names(visibleTree(trace)), "4 5[7]");
});

test("a revealed span is shown by all above it up to one that is revealed too or keeps what is below it", () => {
  const trace = new Trace();
  trace.receive(received("1"));
  trace.receive(received("2", "1", { reveal: true }));
  trace.receive(received("3", "2"));
  trace.receive(received("4", "3", { reveal: true }));
  const [top] = visibleTree(trace);
  assert.equal(names(top?.revealed ?? []), "2[3[4]]");
  assert.equal(names(top?.children[0]?.revealed ?? []), "4");
});

test("a ring of parents is not shown and does no harm", () => {
  const trace = new Trace();
  trace.receive(received("1", "2"));
  trace.receive(received("2", "1"));
  assert.equal(names(visibleTree(trace)), "");
  for (let id = 10; id < 15_000; id++) trace.receive(received(String(id), String(id - 1)));
  assert.equal(names(visibleTree(trace)).split("[").length, 101, "what is nested very deeply is cut");
});

test("the origin of an error is appended once, and can be taken off", () => {
  const [trace, span] = ["a".repeat(32), "b".repeat(16)];
  const message = withOrigin("no wood", trace, span);
  assert.equal(message, `no wood [traceparent:${trace}-${span}]`);
  assert.equal(withOrigin(message, trace, "c".repeat(16)), message);
  assert.deepEqual([originsOf(message), withoutOrigins(message)], [[span], "no wood"]);
  assert.equal(spanOf(traceparent(trace, span)), span);
  for (const header of [undefined, ["a"], "", "00-x-y-01"]) assert.equal(spanOf(header), undefined);
});

test("a long log keeps its end and the number of dropped lines; beyond the maximum no span is added", () => {
  const trace = new Trace();
  const span = trace.start("test");
  for (let line = 0; line < 25_000; line++) trace.log(String(line), span);
  assert.equal(span.logs.length + span.hiddenLines, 25_000);
  assert.ok(span.logs.length <= 20_000);
  assert.equal(span.logs.at(-1)?.text, "24999");
  for (let id = 0; id < 25_000; id++) trace.receive(received(String(id)));
  assert.equal(trace.spans.size, 20_000);
});

test("what is no export of spans is refused", () => {
  assert.throws(() => readSpans(Buffer.from("nonsense")));
  assert.deepEqual(readSpans(Buffer.alloc(0)), []);
});
