import assert from "node:assert/strict";
import { test } from "node:test";
import { formatReport } from "../../lib/report/report-text.js";
import { formatStatus } from "../../lib/report/status-text.js";
import type { RolloutResult } from "../../lib/rollout/result.js";
import { newDigest, oldDigest, release, repository, revisionArn, target } from "../support/scripted-ecs.js";

const { account, region, cluster, service, container } = target;
const good: RolloutResult = {
  verdict: "deployed",
  exitCode: 0,
  reason: "All witnesses agree.",
  changed: true,
  attached: false,
  where: { account, region, cluster, service, container },
  release,
  from: {
    taskDefinition: revisionArn(7),
    image: `${repository}@${oldDigest}`,
    digest: oldDigest,
    version: "v1.0.0",
  },
  taskDefinition: revisionArn(8),
  changes: [],
  deployment: { id: "ecs-svc/2", arn: "arn:aws:ecs:us-west-2:123456789012:service-deployment/c/s/sd2" },
  startedAt: Date.UTC(2026, 0, 1),
  endedAt: Date.UTC(2026, 0, 1, 0, 2, 5),
  witnesses: [{ name: "service deployment", holds: true, saw: "SUCCESSFUL" }],
  http: { state: "verified", url: "http://app.example.com/version", tries: 5 },
  uncertain: [],
  events: [],
};

test("a good report has the version, the service, both revisions and the evidence", () => {
  assert.equal(
    formatReport(good),
    `DEPLOYED: v1.1.0. All witnesses agree.

service     uf-cloud-ops-exercise-app in uf-cloud-ops-exercise, us-west-2, account 123456789012
from        v1.0.0 (service:7)
to          v1.1.0 (service:8)
digest      ${newDigest}
deployment  sd2
time        2026-01-01T00:00:00.000Z, took 2:05
witness     yes service deployment: SUCCESSFUL
HTTP        http://app.example.com/version answered the version 5 times in a row
`,
  );
});

test("requests that failed during the rollout are shown with time and error, and the verdict stays", () => {
  const url = "http://app.example.com/version";
  const at = good.startedAt + 65_000;
  const during = { url, requests: 40, failed: 3, failures: [{ at, answered: "HTTP 502" }] };
  const text = formatReport({ ...good, during });
  assert.match(text, /^DEPLOYED: v1\.1\.0\./);
  assert.match(text, /^meanwhile {3}40 requests during the rollout, 3 failed: \+1:05 HTTP 502; and 2 more$/m);
  const none = formatReport({ ...good, during: { url, requests: 40, failed: 0, failures: [] } });
  assert.match(none, /^meanwhile {3}40 requests during the rollout, 0 failed$/m);
});

test("a bad report has the cause, the evidence, the fix, the log's end and the next step", () => {
  const text = formatReport({
    ...good,
    verdict: "rolled-back",
    reason: "Rolled back by the circuit breaker.",
    http: { state: "not-checked" },
    diagnosis: { cause: "container-exits", title: "it ends", evidence: ["exit code 1"], fix: "Read.", failedTasks: 3 },
    log: { group: "/app", stream: "ecs/app/x", lines: ["KeyError"] },
    next: "Deploy a new version.",
  });
  assert.match(text, /^ROLLED-BACK: v1\.1\.0\. Rolled back by the circuit breaker\.\n/);
  assert.match(text, /HTTP {8}not checked\n/);
  assert.match(text, /\nCause: it ends \(3 of our tasks failed\)\n {2}exit code 1\nFix: Read\.\n/);
  assert.match(text, /\nLog, its end \(\/app\/ecs\/app\/x\):\n {2}│ KeyError\n/);
  assert.match(text, /\nNext: Deploy a new version\.\n$/);
});

test("the last 24 lines of a bad report, which a terminal shows, have its cause, its fix and the next step", () => {
  const log = { group: "/app", stream: "ecs/app/x", lines: Array.from({ length: 20 }, (_, line) => `line ${line}`) };
  const diagnosis = { ...{ cause: "container-exits" as const, title: "it ends", failedTasks: 3, fix: "Read." } };
  const http = { state: "not-checked" } as const;
  const evidence = ["task 1 stopped", "exit code 1"];
  const bad = { ...good, verdict: "failed" as const, reason: "It failed.", http, log, next: "Deploy again." };
  const screen = formatReport({ ...bad, diagnosis: { ...diagnosis, evidence } })
    .split("\n")
    .slice(-24);
  for (const line of [/line 19$/, /^Cause: it ends/, /^Fix: Read\.$/, /^Next: Deploy again\.$/])
    assert.ok(
      screen.some((one) => line.test(one)),
      String(line),
    );
});

test("people read ARNs of tasks and revisions as names, and machines read them whole", () => {
  const reason = `Another deployment (ecs-svc/1 of ${revisionArn(9)}) replaced it.`;
  const text = formatReport({ ...good, verdict: "superseded", reason });
  assert.match(text, /^SUPERSEDED: v1\.1\.0\. Another deployment \(ecs-svc\/1 of service:9\) replaced it\.\n/);
  assert.doesNotMatch(text, /arn:aws/);
});

test("a strategy is shown once where it did not change, and with the former one where it did", () => {
  const [from, to] = [{ name: "ROLLING" } as const, { name: "BLUE_GREEN", bake: 5 } as const];
  const line = (strategy: NonNullable<RolloutResult["strategy"]>) =>
    /^strategy +(.*)$/m.exec(formatReport({ ...good, strategy }))?.[1];
  assert.equal(line({ from, to, afterwards: "kept" }), "ROLLING → BLUE_GREEN (5 min of bake time); kept");
  assert.equal(line({ from, to: from, afterwards: "restored" }), "ROLLING; restored");
});

test("a log that can't be shown is reported with the reason", () => {
  assert.match(formatReport({ ...good, log: { unavailable: "no awslogs" } }), /Log: not shown: no awslogs/);
});

test("a release that runs already is reported as nothing to do", () => {
  const from = { ...good.from, taskDefinition: good.taskDefinition };
  const report = { ...good, changed: false, from };
  assert.match(formatReport(report), /^DEPLOYED: v1\.1\.0\. It already ran: nothing to do\./);
});

test("a rollout that the call found in flight is not reported as nothing to do", () => {
  assert.match(
    formatReport({ ...good, changed: false, attached: true }),
    /^DEPLOYED: v1\.1\.0\. All witnesses agree\./,
  );
});

test("a report is data: JSON gives it back whole", () => {
  assert.deepEqual(JSON.parse(JSON.stringify(good)), good);
});

test("the status shows the running release", () => {
  const deployment = {
    id: "ecs-svc/1",
    status: "PRIMARY",
    taskDefinition: revisionArn(7),
    desiredCount: 2,
    runningCount: 1,
    pendingCount: 1,
    failedTasks: 3,
    rolloutState: "IN_PROGRESS",
    createdAt: 0,
  };
  const text = formatStatus({
    ...good.from,
    service,
    cluster,
    desiredCount: 2,
    runningCount: 1,
    pendingCount: 1,
    deployments: [deployment],
    events: [{ id: "e", at: Date.UTC(2026, 0, 1), message: "(service s) has started 1 tasks." }],
  });
  assert.equal(
    text,
    `service     ${service} in ${cluster}
version     v1.0.0
digest      ${oldDigest}
revision    service:7
tasks       1 of 2 running, 1 pending
deployment  ecs-svc/1 PRIMARY IN_PROGRESS service:7: 1 of 2 running, 3 failed
event       2026-01-01T00:00:00.000Z (service s) has started 1 tasks.
`,
  );
});
