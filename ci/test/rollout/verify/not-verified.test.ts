import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { runningIn } from "../../../lib/ecs/containers.js";
import { formatReport } from "../../../lib/report/report-text.js";
import type { RunOptions } from "../../../lib/rollout/run-options.js";
import type { HttpRequest, HttpResponse, SendRequest } from "../../../lib/rollout/verify/http-request.js";
import { scene } from "../../support/rollout-scene.js";
import { revisionArn, type Stories, target, type World } from "../../support/scripted-ecs.js";
import { http } from "../../support/serving-app.js";
import { automaticallyRolledBack, earlySuccess, set, success } from "../../support/stories.js";

const status = (code: number, body = ""): HttpResponse => ({ status: code, headers: {}, body });
const json = (body: unknown): HttpResponse => status(200, JSON.stringify(body));
const isOld = ({ service }: World) => service.taskDefinition === revisionArn(7);
const runs = (world: World) => {
  const { taskDefinition = {} } = world.taskDefinitions.get(String(world.service.taskDefinition)) ?? {};
  return String(runningIn(taskDefinition, target.container).version);
};
const stories: Stories = { updates: [success, automaticallyRolledBack] };

/** Deploys with responses that depend on the service's current revision. */
async function deployed(
  t: TestContext,
  answer: (world: World, question: HttpRequest, nth: number) => HttpResponse,
  more: Partial<RunOptions> = {},
  story: Parameters<typeof scene>[1] = stories,
) {
  const it = await scene(t, story);
  let requests = 0;
  const ask: SendRequest = async (question) => answer(it.world, question, requests++);
  const roll = (again: Partial<RunOptions> = {}) => it.roll({ http, ask, ...more, ...again });
  return { ...it, roll, report: await roll(), requests: () => requests };
}

const noVersion: [string, () => HttpResponse][] = [
  ["404", () => status(404)],
  ["HTML", () => status(200, "<html>")],
  ["JSON without a version", () => json({ status: "ok" })],
  ["JSON with the version of an API", () => json({ version: 2 })],
  ["an error", () => status(500)],
  ["a redirect", () => status(302)],
  ["a gateway's error", () => status(503)],
  [
    "nothing",
    () => {
      throw new Error("connect ECONNREFUSED");
    },
  ],
];

for (const [name, answer] of noVersion)
  test(`where /version answers ${name} before and after, the verdict is deployed, and the report states that the version is not verified`, async (t) => {
    const { report, fake } = await deployed(t, answer);
    assert.deepEqual([report.verdict, report.exitCode, report.http.state], ["deployed", 0, "version-not-verified"]);
    assert.match(report.reason, /Version not verified over HTTP\.$/);
    assert.match(String(report.next), /"versionCheck": \{ "path": "\/version", "pointer": "\/version" \}/);
    const text = formatReport(report);
    assert.match(text, /^DEPLOYED: .*Version not verified over HTTP\.$/m);
    assert.match(text, /^HTTP {8}version not verified over HTTP: http:\/\/app\.example\.com\/version gave /m);
    assert.equal(fake.sent("UpdateService").length, 1);
  });

for (const [name, answer] of noVersion)
  test(`where the target states a check, and ${name} is answered, the verdict is deployed-unverified and nothing is rolled back`, async (t) => {
    const versionCheck = { path: "/version", pointer: "/build" };
    const { report, fake } = await deployed(t, answer, { http: { ...http, versionCheck } });
    assert.deepEqual([report.verdict, report.exitCode], ["deployed-unverified", 8]);
    assert.equal(fake.sent("UpdateService").length, 1);
  });

test("an app without /version gets one request after the deploy, not a minute of them", async (t) => {
  const { report, clock } = await deployed(t, () => status(404));
  assert.ok(report.endedAt - report.startedAt < 130_000, String(report.endedAt - report.startedAt));
  assert.equal(clock.now(), report.endedAt);
});

test("a version that answers where the previous one did not is verified", async (t) => {
  const { report } = await deployed(t, (world) => (isOld(world) ? status(404) : json({ version: runs(world) })));
  assert.deepEqual([report.verdict, report.http.state], ["deployed", "verified"]);
});

test("a version that answers only some seconds after the first deploy is verified", async (t) => {
  let after = 0;
  const { report } = await deployed(t, (world) => {
    // The deployer also sends requests to the URL during the rollout.
    const isWatched = world.service.deployments.length > 1 || isOld(world);
    return isWatched || after++ < 3 ? status(503) : json({ version: runs(world) });
  });
  assert.deepEqual([report.verdict, report.http.state], ["deployed", "verified"]);
});

test("another version that answers where none did before is unverified and not rolled back", async (t) => {
  const { report, fake } = await deployed(t, (world) => (isOld(world) ? status(404) : json({ version: "v0.0.1" })));
  assert.deepEqual([report.verdict, report.exitCode], ["deployed-unverified", 8]);
  assert.equal(fake.sent("UpdateService").length, 1);
});

test("a running version that answered, and a new one that does not, is unverified", async (t) => {
  const { report } = await deployed(t, (world) => (isOld(world) ? json({ version: "v1.0.0" }) : status(404)));
  assert.deepEqual([report.verdict, report.exitCode], ["deployed-unverified", 8]);
});

test("a second call of a deploy that lost the version is unverified too", async (t) => {
  const { roll } = await deployed(t, (world) => (isOld(world) ? json({ version: "v1.0.0" }) : status(404)));
  const again = await roll();
  assert.deepEqual([again.changed, again.verdict, again.exitCode], [false, "deployed-unverified", 8]);
});

test("a deploy whose URL shows no version is found deployed by a later call too", async (t) => {
  const { roll } = await deployed(t, () => status(404));
  const again = await roll();
  assert.deepEqual([again.changed, again.verdict, again.exitCode], [false, "deployed", 0]);
  assert.equal(again.http.state, "version-not-verified");
});

test("a call that attaches reads from the tag that a version answered before", async (t) => {
  const it = await scene(t, success);
  const cut = new AbortController();
  const progress = (line: string) =>
    it.world.service.taskDefinition === revisionArn(8) &&
    line.includes("IN_PROGRESS") &&
    cut.abort(new Error("cut off"));
  let requests = 0;
  const ask: SendRequest = async () => (requests++ === 0 ? json({ version: "v1.0.0" }) : status(404));
  await assert.rejects(it.roll({ http, ask, signal: cut.signal, progress }), /cut off/);
  const report = await it.roll({ http, ask });
  assert.deepEqual([report.attached, report.verdict], [true, "deployed-unverified"]);
});

test("with versionCheck false nothing is requested where nothing is expected", async (t) => {
  const { report, requests } = await deployed(t, () => status(500), { http: { ...http, versionCheck: false } });
  assert.deepEqual([report.verdict, report.exitCode, requests()], ["deployed", 0, 0]);
  assert.match(
    formatReport(report),
    /^HTTP {8}version not verified over HTTP: "versionCheck" is false in the target$/m,
  );
  assert.equal(report.next, undefined);
});

const healthz = (world: World, { url }: HttpRequest, after: HttpResponse): HttpResponse => {
  if (url.pathname !== "/healthz") return status(404);
  return isOld(world) || runs(world) === "v1.0.0" ? status(200) : after;
};

for (const versionCheck of [undefined, false] as const) {
  const expecting = { ...http, expectations: [{ path: "/healthz" }], ...(versionCheck === false && { versionCheck }) };
  const where = versionCheck === false ? "with versionCheck false" : "without /version";

  test(`${where}, expectations that are met make it deployed, with a version that is not verified`, async (t) => {
    const { report } = await deployed(t, (world, question) => healthz(world, question, status(200)), {
      http: expecting,
    });
    assert.deepEqual([report.verdict, report.exitCode], ["deployed", 0]);
    assert.ok(report.http.state === "version-not-verified" && report.http.expectationsMet === 5);
    assert.match(formatReport(report), /the expectations were met 5 times in a row/);
  });

  test(`${where}, expectations that were met before and are not any more are failed and rolled back`, async (t) => {
    const { report, fake } = await deployed(t, (world, question) => healthz(world, question, status(500)), {
      http: expecting,
    });
    assert.deepEqual([report.verdict, report.exitCode], ["rolled-back", 3]);
    assert.match(report.reason, /\/healthz: HTTP 500 instead of 200/);
    assert.equal(fake.sent("UpdateService").length, 2);
  });

  test(`${where}, expectations that were not met before either are unverified`, async (t) => {
    const { report, fake } = await deployed(t, () => status(500), { http: expecting });
    assert.deepEqual([report.verdict, report.exitCode], ["deployed-unverified", 8]);
    assert.equal(fake.sent("UpdateService").length, 1);
  });

  test(`${where}, expectations that are not met while old tasks are up are unverified`, async (t) => {
    const answer = (world: World, question: HttpRequest) => healthz(world, question, status(500));
    const { report, fake } = await deployed(t, answer, { http: expecting }, earlySuccess);
    assert.equal(report.verdict, "deployed-unverified");
    assert.equal(fake.sent("UpdateService").length, 1);
  });
}

test("with versionCheck false, expectations that hold the version verify it", async (t) => {
  const expectations = [{ path: "/", headers: { "x-version": "{version}" } }];
  const answer = (world: World) => ({ ...status(200), headers: { "x-version": runs(world) } });
  const { report } = await deployed(t, answer, { http: { ...http, versionCheck: false, expectations } });
  assert.deepEqual([report.verdict, report.http.state], ["deployed", "verified"]);
});

test("a wrong version in the stated header of this service's URL is rolled back", async (t) => {
  const versionCheck = { path: "/", header: "x-version" };
  const answer = (world: World) => ({
    ...status(302),
    headers: { "x-version": runs(world) === "v1.0.0" ? "v1.0.0" : "v0.0.1" },
  });
  const { report } = await deployed(t, answer, { http: { ...http, versionCheck } });
  assert.deepEqual([report.verdict, report.exitCode], ["rolled-back", 3]);
});

/** Deploys with requests to each task's own address. */
async function deployWithTasks(
  t: TestContext,
  answer: (question: HttpRequest) => HttpResponse,
  more: object,
  url: object = {},
) {
  const addressed = (world: World) => {
    for (const task of world.tasks)
      set(task, { attachments: [{ details: [{ name: "privateIPv4Address", value: "10.0.0.7" }] }] });
  };
  const it = await scene(t, [...success.slice(0, 1), [46, addressed], ...success.slice(1)]);
  return await it.roll({
    ...url,
    ask: async (question: HttpRequest) => answer(question),
    target: { ...target, verifyTasks: true, ...more },
  });
}

test("each task is verified by the stated check", async (t) => {
  const versionCheck = { path: "/build", pointer: "/tag" };
  const answer = (tag: string) => (question: HttpRequest) =>
    question.url.pathname === "/build" ? json({ tag }) : status(404);
  const right = await deployWithTasks(t, answer("v1.1.0"), { versionCheck });
  assert.deepEqual([right.verdict, right.tasks?.right], ["deployed", 1]);
  assert.equal((await deployWithTasks(t, answer("v1.0.0"), { versionCheck })).verdict, "failed");
});

test("with versionCheck false each task is verified by the expectations", async (t) => {
  const more = { versionCheck: false, expectations: [{ path: "/healthz" }] };
  assert.equal((await deployWithTasks(t, () => status(500), more)).verdict, "failed");
  assert.deepEqual((await deployWithTasks(t, () => status(200), more)).tasks?.right, 1);
});

test("a task's error where no version is known to answer proves nothing", async (t) => {
  const report = await deployWithTasks(t, () => status(500), {}, { http });
  assert.deepEqual([report.verdict, report.tasks?.unclear], ["deployed", 1]);
});

test("tasks that answer without a version leave the deploy unverified where only tasks are verified", async (t) => {
  const report = await deployWithTasks(t, () => status(404), {});
  assert.deepEqual([report.verdict, report.exitCode, report.tasks?.unclear], ["deployed-unverified", 8, 1]);
  assert.match(
    report.reason,
    /Tasks at their own addresses could not be checked: 1 of 1 answered without a version\.$/,
  );
});

test("a task's error is wrong where only tasks are verified", async (t) => {
  assert.equal((await deployWithTasks(t, () => status(500), {})).verdict, "failed");
});
