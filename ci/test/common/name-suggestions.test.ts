import assert from "node:assert/strict";
import { test } from "node:test";
import { hint } from "../../lib/common/name-suggestions.js";

test("names are listed in order, each once", () => {
  assert.equal(hint("containers", "x", ["worker", "app", "app"]), "Its containers: app, worker.");
  assert.equal(hint("containers", "x", []), "It has no containers.");
});

test("the closest name is suggested where it is close, in any case", () => {
  assert.match(hint("services", "servise-12", ["service-12", "service-21"]), /^Did you mean "service-12"\? /);
  assert.match(hint("services", "WEB", ["api", "web"]), /^Did you mean "web"\? /);
  assert.match(hint("services", "production", ["web", "worker"]), /^Its services: /);
});

test("of many names the ten nearest are shown with the number of the others", () => {
  const names = Array.from({ length: 30 }, (_, n) => `service-${10 + n}`);
  const text = hint("services", "service-3x", names);
  for (let n = 30; n < 40; n++) assert.ok(text.includes(`service-${n}`), text);
  assert.match(text, /, and 20 more\.$/);
  assert.match(hint("services", "x", names, true), /, and more\.$/);
});

test("a name takes no more than a part of a line", () => {
  const text = hint("services", "x", [`a\n::error::b\u001b[2J`, "c".repeat(5000)]);
  assert.doesNotMatch(text, /\p{Cc}/u);
  assert.ok(text.length < 300);
});
