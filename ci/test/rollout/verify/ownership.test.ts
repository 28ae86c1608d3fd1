import assert from "node:assert/strict";
import { test } from "node:test";
import { runningIn } from "../../../lib/ecs/containers.js";
import { parseDeploySettings } from "../../../lib/rollout/plan/deploy-settings.js";
import type { HttpResponse, SendRequest } from "../../../lib/rollout/verify/http-request.js";
import { rollbackScene } from "../../support/rollback-scene.js";
import { revisionArn, target } from "../../support/scripted-ecs.js";
import { http, servingApp } from "../../support/serving-app.js";
import { automaticallyRolledBack, givenUp, success } from "../../support/stories.js";
import { wrongVersionScene } from "../../support/wrong-version-scene.js";

const version = (name: string): HttpResponse => ({ status: 200, headers: {}, body: JSON.stringify({ version: name }) });
const status = (code: number): HttpResponse => ({ status: code, headers: {}, body: "" });

/** Responses of a URL while the service is set to the old revision, and to ours. */
const cases: {
  name: string;
  before: (nth: number) => HttpResponse;
  after: (nth: number) => HttpResponse;
  because?: string;
}[] = [
  {
    name: "another service's version before and after",
    before: () => version("v7.1.0"),
    after: () => version("v7.1.0"),
    because: "not-this-service",
  },
  {
    name: "another service's version before, and another one after",
    before: () => version("v7.1.0"),
    after: () => version("v7.2.0"),
    because: "not-this-service",
  },
  {
    name: "the running version and another service's before, and the other's after",
    before: (nth) => version(nth % 2 ? "v1.0.0" : "v7.1.0"),
    after: () => version("v7.1.0"),
    because: "not-this-service",
  },
  {
    name: "the new version already before",
    before: () => version("v1.1.0"),
    after: () => version("v1.1.0"),
    because: "not-this-service",
  },
  {
    name: "no version before, and another service's after",
    before: () => status(404),
    after: () => version("v7.1.0"),
    because: "not-known-before",
  },
  {
    name: "the running version and then an error before, and errors after",
    before: (nth) => (nth === 0 ? version("v1.0.0") : status(500)),
    after: () => status(500),
    because: "not-known-before",
  },
  {
    name: "a gateway's errors after, in front of tasks that are well",
    before: () => version("v1.0.0"),
    after: (nth) => status([502, 503, 504][nth % 3] as number),
  },
  {
    name: "the old version from a cache after",
    before: () => version("v1.0.0"),
    after: () => ({ ...version("v1.0.0"), headers: { age: "60" } }),
  },
  {
    name: "a cached running version before, and a wrong one after",
    before: () => ({ ...version("v1.0.0"), headers: { "x-cache": "Hit from cloudfront" } }),
    after: () => version("v0.0.1"),
    because: "not-known-before",
  },
  {
    name: "a redirect after",
    before: () => version("v1.0.0"),
    after: () => ({ ...status(302), headers: { location: "/" } }),
  },
];

for (const { name, before, after, because } of cases)
  test(`a deploy stays, unverified, where the URL answers ${name}`, async (t) => {
    const { fake, world, roll } = await wrongVersionScene(t);
    let requests = 0;
    const ask: SendRequest = async () =>
      world.service.taskDefinition === revisionArn(7) ? before(requests++) : after(requests++);
    const report = await roll({ ask });
    assert.deepEqual([report.verdict, report.exitCode], ["deployed-unverified", 8]);
    assert.equal(fake.sent("UpdateService").length, 1);
    assert.equal(report.http.state === "unproven" ? report.http.because : "another state", because);
    assert.equal(report.undo, undefined);
  });

test("the report states that the URL is another service's, and what to correct", async (t) => {
  const { lines, roll } = await wrongVersionScene(t);
  const report = await roll({ ask: async () => version("v7.1.0") });
  assert.match(report.reason, /answered v7\.1\.0, while v1\.0\.0 ran, so it is not, or not only, this service's URL/);
  assert.match(String(report.next), /Correct "url" in the target, or --url: another service answers at it\./);
  assert.ok(lines.some((line) => /answers v7\.1\.0, and v1\.0\.0 runs: its answers do not count/.test(line)));
  assert.equal(report.during, undefined);
});

test("a deploy that was cut off reads from its tag that the URL is another service's", async (t) => {
  const { fake, world, roll } = await wrongVersionScene(t);
  const cut = new AbortController();
  const progress = (line: string) =>
    world.service.taskDefinition === revisionArn(8) && line.includes("IN_PROGRESS") && cut.abort(new Error("cut off"));
  const ask: SendRequest = async () => version(world.service.taskDefinition === revisionArn(7) ? "v7.1.0" : "v1.1.0");
  await assert.rejects(roll({ ask, signal: cut.signal, progress }), /cut off/);
  const report = await roll({ ask });
  assert.deepEqual([report.attached, report.verdict], [true, "deployed-unverified"]);
  assert.ok(report.http.state === "unproven" && report.http.because === "not-this-service");
  assert.equal(fake.sent("UpdateService").length, 1);
});

test("a deploy that was cut off and is run again with another URL does not use the first one's answers as evidence", async (t) => {
  const { world, roll } = await wrongVersionScene(t);
  const cut = new AbortController();
  const progress = (line: string) =>
    world.service.taskDefinition === revisionArn(8) && line.includes("IN_PROGRESS") && cut.abort(new Error("cut off"));
  await assert.rejects(roll({ ask: async () => version("v7.1.0"), signal: cut.signal, progress }), /cut off/);
  const report = await roll({ http: { baseUrl: "http://right.example.com" }, ask: servingApp(world) });
  assert.deepEqual([report.attached, report.verdict], [true, "deployed"]);
});

test("a deploy that finds its release running, at a URL that answers otherwise, is unverified", async (t) => {
  const { world, roll } = await wrongVersionScene(t);
  assert.equal((await roll({ http: undefined })).verdict, "deployed");
  const report = await roll({ ask: async () => version("v7.1.0") });
  assert.deepEqual([report.changed, report.verdict, report.exitCode], [false, "deployed-unverified", 8]);
  assert.equal((await roll({ ask: servingApp(world) })).verdict, "deployed");
});

test("a failed rollout that the deployer rolled back is rolled back, regardless of another service's URL", async (t) => {
  const { roll } = await wrongVersionScene(t, { updates: [givenUp, automaticallyRolledBack] });
  const report = await roll({ ask: async () => version("v7.1.0") });
  assert.equal(report.verdict, "rolled-back");
});

test("a rollback at a URL that is another service's is unverified, and one at its own is verified", async (t) => {
  for (const [isForeign, verdict] of [
    [true, "deployed-unverified"],
    [false, "deployed"],
  ] as const) {
    const { world, deploy, back } = await rollbackScene(t);
    await deploy("v1.1.0", "1");
    const ask: SendRequest = async () => {
      const { taskDefinition = {} } = world.taskDefinitions.get(String(world.service.taskDefinition)) ?? {};
      return version(isForeign ? "v7.1.0" : String(runningIn(taskDefinition, target.container).version));
    };
    assert.equal((await back({ http, ask })).verdict, verdict);
  }
});

test("a rollback from a version that serves wrongly, at a URL that was this service's before it, can be verified", async (t) => {
  const { world, deploy, back } = await rollbackScene(t);
  const runs = () => {
    const { taskDefinition = {} } = world.taskDefinitions.get(String(world.service.taskDefinition)) ?? {};
    return String(runningIn(taskDefinition, target.container).version);
  };
  const ask: SendRequest = async () => version(runs() === "v1.1.0" ? "v0.0.1" : runs());
  const failed = await deploy("v1.1.0", "1", { http, ask, undo: false });
  assert.equal(failed.verdict, "failed");
  const report = await back({ http, ask });
  assert.deepEqual([report.verdict, report.http.state], ["deployed", "verified"]);
});

test("answers during an ignored deployment in flight do not make the URL another service's", async (t) => {
  const { world, roll } = await wrongVersionScene(t, { updates: [success] });
  const settings = parseDeploySettings({ ignore: ["deployment-in-flight"] });
  const ask: SendRequest = async (question) =>
    world.service.taskDefinition === revisionArn(7) ? version("v0.9.0") : servingApp(world)(question);
  assert.equal((await roll({ settings, ask })).verdict, "deployed");
});
