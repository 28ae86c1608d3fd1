import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import type { ProgressEvent } from "../../../lib/rollout/progress-event.js";
import type { Baseline } from "../../../lib/rollout/verify/baseline.js";
import { monitorUrl } from "../../../lib/rollout/verify/during-rollout.js";
import type { HttpResponse, SendRequest } from "../../../lib/rollout/verify/http-request.js";
import { scene } from "../../support/rollout-scene.js";
import { release, target } from "../../support/scripted-ecs.js";
import { http, servingApp } from "../../support/serving-app.js";
import { success } from "../../support/stories.js";

const good = { status: 200, headers: {}, body: JSON.stringify({ version: "v1.0.0" }) };
const status = (code: number): HttpResponse => ({ status: code, headers: {}, body: "" });

/** Sends one request for each response; an error stands for a missing response. */
async function observeResponses(t: Parameters<typeof scene>[0], answers: (HttpResponse | Error)[]) {
  const { clock, fake, lines } = await scene(t, success);
  const left = [...answers];
  const ask: SendRequest = async () => {
    const answer = left.shift();
    if (!answer || answer instanceof Error) throw answer;
    return answer;
  };
  const options = {
    aws: fake.aws,
    target,
    clock,
    release,
    progress: (line: string) => void lines.push(line),
  };
  const publicly = monitorUrl({ ...options, http, ask });
  for (const _ of answers) {
    publicly.ask();
    await turn();
    await clock.sleep(2000);
  }
  publicly.end();
  return { seen: publicly.seen(), lines, start: clock.now() - 2000 * answers.length };
}

test("a live display receives each change of the counts, and a line comes at most once a minute, less often later", async (t) => {
  const { clock, fake } = await scene(t, success);
  const [lines, observed]: [string[], ProgressEvent[]] = [[], []];
  let version = "v1.0.0";
  const ask: SendRequest = async () => ({ ...good, body: JSON.stringify({ version }) });
  const session = { aws: fake.aws, target, clock, release, progress: (line: string) => void lines.push(line) };
  const monitor = monitorUrl({ ...session, observe: (event) => void observed.push(event), http, ask });
  for (let second = 0; second < 1_800; second += 10) {
    if (second === 600) version = "v1.1.0";
    monitor.report();
    monitor.ask();
    await turn();
    await clock.sleep(10_000);
  }
  monitor.report();
  assert.equal(lines[0], "requests: 6 answered, 0 failed: 6 by v1.0.0");
  assert.ok(lines.length > 8 && lines.length < 16, `${lines.length} lines in 30 minutes`);
  assert.match(lines.at(-1) ?? "", /: 60 by v1\.0\.0, \d+ by v1\.1\.0$/);
  assert.equal(lines.length + observed.length, 180, "each change once");
  const before = observed.length;
  monitor.report();
  assert.equal(observed.length, before, "no change, no event");
});

test("server errors and missing responses are failures, reported with the time of the request", async (t) => {
  const { seen, lines, start } = await observeResponses(t, [
    good,
    status(502),
    new Error("socket hang up"),
    status(404),
    good,
  ]);
  assert.deepEqual(seen, {
    url: "http://app.example.com/version",
    requests: 5,
    failed: 2,
    failures: [
      { at: start + 2000, answered: "HTTP 502" },
      { at: start + 4000, answered: "no answer (socket hang up)" },
    ],
    versions: [{ version: "v1.0.0", requests: 2 }],
  });
  assert.deepEqual(lines, ["http://app.example.com/version failed while the rollout is watched: HTTP 502."]);
});

test("many failures are counted, and the first five of them reported", async (t) => {
  const { seen } = await observeResponses(t, Array(9).fill(status(503)));
  assert.deepEqual([seen?.failed, seen?.failures.length], [9, 5]);
});

test("the last right answers in a row are counted, where the earlier version answered otherwise", async (t) => {
  const serves = (version: string): HttpResponse => ({ ...good, body: JSON.stringify({ version }) });
  const { version } = release;
  const counted = async (answers: HttpResponse[], baseline: Baseline = { answered: "v1.0.0", running: "v1.0.0" }) => {
    const { clock, fake } = await scene(t, success);
    const left = [...answers];
    const ask: SendRequest = async () => left.shift() as HttpResponse;
    const publicly = monitorUrl({ aws: fake.aws, target, clock, release, progress() {}, http, ask }, baseline);
    for (const _ of answers) {
      publicly.ask();
      await turn();
    }
    return await publicly.rightInARow();
  };
  const right = serves(version);
  assert.equal(await counted([good, right, right]), 2);
  assert.equal(await counted([right, good, right]), 1);
  assert.equal(await counted([right, right, status(502)]), 0);
  const cached = { ...right, headers: { age: "60" } };
  assert.equal(await counted([right, cached, cached]), 0);
  assert.equal(await counted([right, right], { answered: version, running: version }), 0);
});

test("a request that still runs at the end counts once it is answered, and breaks the row where it is not answered in a second", async (t) => {
  const { clock: scripted, fake } = await scene(t, success);
  const sleep = async () => {
    for (let turns = 0; turns < 20; turns++) await turn();
  };
  const clock = { now: () => scripted.now(), sleep };
  const right: HttpResponse = { ...good, body: JSON.stringify({ version: release.version }) };
  const counted = async (last: Promise<HttpResponse>) => {
    const answers = [Promise.resolve(right), Promise.resolve(right), last];
    const ask: SendRequest = () => answers.shift() as Promise<HttpResponse>;
    const baseline = { answered: "v1.0.0", running: "v1.0.0" };
    const publicly = monitorUrl({ aws: fake.aws, target, clock, release, progress() {}, http, ask }, baseline);
    publicly.ask();
    await turn();
    publicly.ask();
    await turn();
    publicly.ask();
    return await publicly.rightInARow();
  };
  assert.equal(await counted(Promise.resolve(right)), 3);
  assert.equal(await counted(Promise.resolve(status(500))), 0);
  assert.equal(await counted(new Promise(() => {})), 0);
});

test("a request that is unanswered at the end is aborted and does not count", async (t) => {
  const { clock, fake, lines } = await scene(t, success);
  let isGivenUp = false;
  const ask: SendRequest = ({ signal }) =>
    new Promise((_, reject) => {
      signal?.addEventListener("abort", () => {
        isGivenUp = true;
        reject(signal.reason);
      });
    });
  const options = {
    aws: fake.aws,
    target,
    clock,
    release,
    progress: (line: string) => void lines.push(line),
  };
  const publicly = monitorUrl({ ...options, http, ask });
  publicly.ask();
  publicly.end();
  await turn();
  assert.equal(isGivenUp, true);
  assert.equal(publicly.seen(), undefined);
  assert.deepEqual(lines, []);
});

test("a poll does not wait for a request: the next poll sends the next one", async (t) => {
  const { world, roll } = await scene(t, success);
  let open = 0;
  let most = 0;
  const answer = servingApp(world);
  const slow: SendRequest = async (question) => {
    if (question.limit < 30_000) return await answer(question);
    most = Math.max(most, ++open);
    await new Promise((_, reject) => question.signal?.addEventListener("abort", reject));
    return await answer(question);
  };
  const report = await roll({ http, ask: slow });
  assert.equal(report.verdict, "deployed");
  assert.ok(most > 3, String(most));
  assert.equal(report.during, undefined);
});

test("failed requests during a successful rollout leave it deployed, with a hint about what to check", async (t) => {
  const { world, roll } = await scene(t, success);
  const answer = servingApp(world);
  let requests = 0;
  const failing: SendRequest = async (question) =>
    question.limit >= 30_000 && ++requests % 3 === 0 ? status(502) : await answer(question);
  const report = await roll({ http, ask: failing });
  assert.deepEqual([report.verdict, report.exitCode], ["deployed", 0]);
  assert.ok((report.during?.failed ?? 0) > 0);
  assert.match(report.next ?? "", /deregistration delay.*SIGTERM/);
});

test("where no request is answered at all, the network path to the URL is the cause, not the rollout", async (t) => {
  const { world, roll } = await scene(t, success);
  const answer = servingApp(world);
  const failing: SendRequest = async (question) => {
    if (question.limit >= 30_000) throw new Error("connect ECONNREFUSED");
    return await answer(question);
  };
  const { during, next } = await roll({ http, ask: failing });
  assert.equal(during?.failed, during?.requests);
  assert.equal(next, undefined);
});
