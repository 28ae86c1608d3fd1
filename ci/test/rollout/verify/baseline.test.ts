import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Baseline,
  baselineTag,
  ownershipOf,
  parseBaselineTag,
  readBaseline,
  weighAgainstBaseline,
} from "../../../lib/rollout/verify/baseline.js";
import type { HttpResponse, SendRequest } from "../../../lib/rollout/verify/http-request.js";
import type { HttpCheck } from "../../../lib/rollout/verify/verify.js";
import { virtualClock } from "../../support/virtual-clock.js";

const http = { baseUrl: "https://app.example.com" };
const version = (name: string): HttpResponse => ({ status: 200, headers: {}, body: JSON.stringify({ version: name }) });
const status = (code: number): HttpResponse => ({ status: code, headers: {}, body: "" });

/** Returns the responses in turn, and repeats the last one. */
function inTurn(...answers: (HttpResponse | Error)[]): { ask: SendRequest; count(): number } {
  let requests = 0;
  const ask: SendRequest = async () => {
    const answer = answers[Math.min(requests++, answers.length - 1)];
    if (!answer || answer instanceof Error) throw answer;
    return answer;
  };
  return { ask, count: () => requests };
}

async function read(running: string | undefined, ...answers: (HttpResponse | Error)[]) {
  const { ask, count } = inTurn(...answers);
  const baseline = await readBaseline(http, running, virtualClock(), undefined, { ask });
  return { baseline, owner: ownershipOf(baseline), requests: count() };
}

test("a URL that answers the running version five times in a row is this service's", async () => {
  assert.deepEqual(await read("v1", version("v1")), {
    baseline: { running: "v1", answered: "v1" },
    owner: "ours",
    requests: 5,
  });
});

test("a URL that answers another version than the running one, even once, is not this service's alone", async () => {
  for (const answers of [[version("v7")], [version("v1"), version("v1"), version("v7")]])
    assert.deepEqual((await read("v1", ...answers)).owner, "foreign");
});

test("a URL that answers no version, an error, a cached version or not at all has an unknown owner", async () => {
  const cached = { ...version("v1"), headers: { age: "3" } };
  for (const answer of [status(503), status(404), status(302), cached, new Error("ECONNREFUSED")]) {
    const { owner, baseline } = await read("v1", version("v1"), answer);
    assert.equal(owner, "unknown");
    assert.notEqual(baseline.saw, undefined);
  }
});

test("where the running version is unknown, no response shows the owner of the URL", async () => {
  assert.deepEqual(await read(undefined, version("v3")), {
    baseline: { answered: "v3" },
    owner: "unknown",
    requests: 5,
  });
  assert.equal((await read(undefined, version("v3"), version("v7"))).baseline.answered, undefined);
});

test("where the expectations did not hold before, the owner of the URL is unknown", async () => {
  const ask: SendRequest = async ({ url }) => (url.pathname === "/version" ? version("v1") : status(500));
  const expecting = { ...http, expectations: [{ path: "/healthz" }] };
  const baseline = await readBaseline(expecting, "v1", virtualClock(), undefined, { ask });
  assert.deepEqual(baseline, { running: "v1", saw: "/healthz: HTTP 500 instead of 200", sawVersion: true });
});

const url = "https://app.example.com/version";
const wrong: HttpCheck = { state: "wrong", url, answered: "v7", proven: true };
const verified: HttpCheck = { state: "verified", url, tries: 5 };

test("a wrong answer counts only from a URL that is this service's", () => {
  assert.equal(weighAgainstBaseline(wrong, { answered: "v1", running: "v1" }, "v2"), wrong);
  const others: [Baseline, string][] = [
    [{ answered: "v7", running: "v1" }, "not-this-service"],
    [{ answered: "v2", running: "v1" }, "not-this-service"],
    [{ running: "v1", saw: "HTTP 503" }, "not-known-before"],
    [{ answered: "v1" }, "not-known-before"],
    [{}, "not-known-before"],
  ];
  for (const [baseline, because] of others) {
    const check = weighAgainstBaseline(wrong, baseline, "v2");
    assert.ok(check.state === "unproven" && check.because === because, JSON.stringify(check));
  }
});

test("a right answer counts unless the URL gave it before, or is another service's", () => {
  for (const baseline of [
    { answered: "v1", running: "v1" },
    { running: "v1", saw: "HTTP 503" },
    {},
    { answered: "v1" },
  ])
    assert.equal(weighAgainstBaseline(verified, baseline, "v2"), verified, JSON.stringify(baseline));
  // A redeploy of the same version.
  assert.equal(weighAgainstBaseline(verified, { answered: "v2", running: "v2" }, "v2"), verified);
  for (const baseline of [{ answered: "v2", running: "v1" }, { answered: "v7", running: "v1" }, { answered: "v2" }])
    assert.equal(weighAgainstBaseline(verified, baseline, "v2").state, "unproven", JSON.stringify(baseline));
});

test("a tag keeps a baseline for the URL that it is of, and for no other", () => {
  for (const baseline of [
    { answered: "v1.0.0", running: "v1.0.0" },
    { answered: "v7", running: "v1" },
    { answered: "v3" },
    { running: "v1", sawVersion: true as const },
    { running: "v1", held: true as const },
    { held: true as const },
  ]) {
    const tag = baselineTag(baseline, http);
    assert.match(String(tag), /^[\p{L}\p{N} _.:/=+\-@]{1,256}$/u);
    assert.deepEqual(parseBaselineTag(tag, http), baseline);
    assert.deepEqual(parseBaselineTag(tag, { baseUrl: "https://other.example.com" }), {});
    assert.deepEqual(parseBaselineTag(tag, { baseUrl: "https://app.example.com/api" }), {});
    assert.deepEqual(parseBaselineTag(tag, { ...http, versionCheck: { path: "/version", pointer: "/build/tag" } }), {});
    assert.deepEqual(parseBaselineTag(tag, { ...http, versionCheck: { path: "/version", header: "x-version" } }), {});
  }
  assert.equal(baselineTag({ running: "v1", saw: "HTTP 503" }, http), undefined);
  assert.deepEqual(parseBaselineTag(undefined, http), {});
});

test("a URL that was this service's, and answers wrongly since, is not treated as another's, and its tag shows nothing", () => {
  const baseline = { answered: "v0.0.1", running: "v1.0.0", wasOurs: true };
  assert.equal(ownershipOf(baseline), "unknown");
  assert.equal(ownershipOf(parseBaselineTag(baselineTag(baseline, http), http)), "unknown");
  assert.equal(weighAgainstBaseline(verified, baseline, "v2"), verified);
  assert.equal(weighAgainstBaseline(wrong, baseline, "v2").state, "unproven");
  assert.equal(weighAgainstBaseline({ ...verified }, { ...baseline, answered: "v2" }, "v2").state, "unproven");
});

test("what another service answers can't break the tag", () => {
  const answered = `v7 \u001b[31m"; v1 ${"x".repeat(200)}`;
  const tag = String(baselineTag({ answered, running: "v1" }, http));
  assert.match(tag, /^[\p{L}\p{N} _.:/=+\-@]{1,256}$/u);
  assert.equal(ownershipOf(parseBaselineTag(tag, http)), "foreign");
});

test("a tag in the old format, with a version alone, shows nothing", () => {
  assert.deepEqual(parseBaselineTag("v1.0.0", http), {});
});
