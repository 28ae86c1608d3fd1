import assert from "node:assert/strict";
import { test } from "node:test";
import type { Snapshot, Subject } from "../../../src/rollout/ecs/snapshot.js";
import { judge } from "../../../src/rollout/judge/judge.js";
import { base, deployment, oldTask, serviceDeployment, snapshot, subject, task } from "../../support/snapshots.js";

const successful = serviceDeployment("SUCCESSFUL");
const early = serviceDeployment("SUCCESSFUL", { earlySuccess: true });
const breaker = { status: "TRIGGERED", failureCount: 3, threshold: 3 };
const previous = deployment({ id: "ecs-svc/1", taskDefinition: base });

interface Case {
  name: string;
  see: Snapshot[];
  on?: Partial<Subject>;
  verdict: string;
  reason?: RegExp;
}

const deleted = (seen: Snapshot): Snapshot => ({ ...seen, service: { ...seen.service, status: "DRAINING" } });

const cases: Case[] = [
  {
    name: "the service is deleted while old tasks drain",
    see: [deleted(snapshot({ ours: successful, deployments: [deployment({ rolloutState: "IN_PROGRESS" })] }))],
    verdict: "stopped",
    reason: /deleted: it is DRAINING/,
  },
  {
    name: "the service is deleted when all witnesses agree",
    see: [deleted(snapshot({ ours: successful, desiredCount: 0 }))],
    verdict: "stopped",
  },
  {
    name: "the service is deleted after it was rolled back",
    see: [deleted(snapshot({ ours: serviceDeployment("ROLLBACK_SUCCESSFUL"), deployments: [previous] }))],
    verdict: "rolled-back",
  },
  { name: "all three witnesses agree", see: [snapshot({ ours: successful })], verdict: "deployed" },
  { name: "our service deployment is not listed yet", see: [snapshot()], verdict: "undecided", reason: /to list/ },
  {
    name: "ECS reports a state that is not known",
    see: [snapshot({ ours: serviceDeployment("MEDITATING") })],
    verdict: "undecided",
    reason: /MEDITATING/,
  },
  {
    name: "it is SUCCESSFUL and the classic deployment is not COMPLETED yet",
    see: [snapshot({ ours: successful, deployments: [deployment({ rolloutState: "IN_PROGRESS" })] })],
    verdict: "undecided",
    reason: /primary deployment/,
  },
  {
    name: "an old task drains: desired status STOPPED, last status RUNNING",
    see: [snapshot({ ours: successful, tasks: [task(), oldTask({ desiredStatus: "STOPPED" })] })],
    verdict: "undecided",
    reason: /not on it: bbbbbbbb/,
  },
  {
    name: "the old task is stopped",
    see: [
      snapshot({ ours: successful, tasks: [task(), oldTask({ desiredStatus: "STOPPED", lastStatus: "STOPPED" })] }),
    ],
    verdict: "deployed",
  },
  {
    name: "a task tells no digest and is on our revision",
    see: [snapshot({ ours: successful, tasks: [task({ containers: [{ name: "app" }] })] })],
    verdict: "deployed",
  },
  {
    name: "a sidecar has a digest of its own",
    see: [
      snapshot({
        ours: successful,
        tasks: [task({ containers: [...task().containers, { name: "guard", imageDigest: "sha256:other" }] })],
      }),
    ],
    verdict: "deployed",
  },
  {
    name: "fewer tasks run than are wanted, as while scaling",
    see: [snapshot({ ours: successful, desiredCount: 3 })],
    verdict: "undecided",
    reason: /1 of 3/,
  },
  {
    name: "the desired count is 0",
    see: [snapshot({ ours: successful, desiredCount: 0, tasks: [] })],
    verdict: "nothing-ran",
  },
  {
    name: "early success criteria are met with old tasks up",
    see: [snapshot({ ours: early, tasks: [task(), oldTask()] }), snapshot({ ours: early, tasks: [task(), oldTask()] })],
    verdict: "deployed-early",
  },
  {
    name: "early success criteria are met, and old tasks were up before that was read",
    see: [
      snapshot({ ours: serviceDeployment("IN_PROGRESS", { earlySuccess: true }), tasks: [task(), oldTask()] }),
      snapshot({ ours: early, tasks: [task(), oldTask()] }),
    ],
    verdict: "undecided",
    reason: /not on it/,
  },
  {
    name: "early success criteria are met at the deadline",
    see: [snapshot({ at: 600_000, ours: early, tasks: [task(), oldTask()] })],
    verdict: "deployed-early",
  },
  {
    name: "early success criteria are met by no task at all, and old tasks are up",
    see: [0, 2000].map((at) => snapshot({ at, ours: early, desiredCount: 0, tasks: [oldTask()] })),
    verdict: "undecided",
    reason: /not on it/,
  },
  {
    name: "another deployment has followed ours, which was SUCCESSFUL",
    see: [snapshot({ ours: successful, deployments: [deployment({ id: "ecs-svc/3", taskDefinition: "arn:9" })] })],
    verdict: "superseded",
    reason: /arn:9/,
  },
  {
    name: "the breaker has rolled back",
    see: [snapshot({ ours: serviceDeployment("ROLLBACK_SUCCESSFUL", { breaker }), deployments: [previous] })],
    verdict: "rolled-back",
    reason: /circuit breaker \(3 failures, threshold 3\)/,
  },
  {
    name: "a lifecycle hook has rolled back",
    see: [
      snapshot({
        ours: serviceDeployment("ROLLBACK_SUCCESSFUL", {
          statusReason: "Service deployment rolled back because PRE_SCALE_UP lifecycle hook(s) failed. x",
        }),
      }),
    ],
    verdict: "rolled-back",
    reason: /by a lifecycle hook/,
  },
  {
    name: "a person has rolled back",
    see: [
      snapshot({
        ours: serviceDeployment("ROLLBACK_SUCCESSFUL", { statusReason: "Service deployment rolled back by user" }),
      }),
    ],
    verdict: "rolled-back",
    reason: /by a person/,
  },
  {
    name: "an alarm has rolled back",
    see: [
      snapshot({
        ours: serviceDeployment("ROLLBACK_SUCCESSFUL", { alarms: { status: "TRIGGERED", triggered: ["5xx"] } }),
      }),
    ],
    verdict: "rolled-back",
    reason: /an alarm \(5xx\)/,
  },
  {
    name: "a rollback is under way",
    see: [snapshot({ ours: serviceDeployment("ROLLBACK_IN_PROGRESS", { breaker }), deployments: [previous] })],
    verdict: "undecided",
    reason: /rollback/,
  },
  {
    name: "the rollback has failed",
    see: [snapshot({ ours: serviceDeployment("ROLLBACK_FAILED") })],
    verdict: "failed",
    reason: /degraded/,
  },
  {
    name: "it was STOPPED because a newer one replaced it",
    see: [
      snapshot({
        ours: serviceDeployment("STOPPED", { statusReason: "Replaced by a new service deployment." }),
        deployments: [deployment({ taskDefinition: "arn:9" })],
      }),
    ],
    verdict: "superseded",
    reason: /arn:9/,
  },
  {
    name: "it was STOPPED by the breaker without a rollback",
    see: [snapshot({ ours: serviceDeployment("STOPPED", { breaker }) })],
    verdict: "failed",
    reason: /circuit breaker/,
  },
  { name: "it was STOPPED by a person", see: [snapshot({ ours: serviceDeployment("STOPPED") })], verdict: "stopped" },
  {
    name: "a lifecycle hook waits for a person",
    see: [
      snapshot({
        ours: serviceDeployment("IN_PROGRESS", { paused: { hookId: "hook-1", expiresAt: Date.UTC(2026, 0, 2) } }),
      }),
    ],
    verdict: "paused",
    reason: /hook-1 waits .* until 2026-01-02/,
  },
  {
    name: "somebody has deployed our very revision anew in its place",
    see: [
      snapshot({
        ours: serviceDeployment("STOPPED", { statusReason: "Replaced by a new service deployment." }),
        deployments: [deployment({ id: "ecs-svc/3" })],
      }),
    ],
    verdict: "superseded",
    reason: /ecs-svc\/3/,
  },
  {
    name: "the breaker has rolled back to the very same revision",
    see: [snapshot({ ours: serviceDeployment("ROLLBACK_SUCCESSFUL", { breaker }) })],
    verdict: "rolled-back",
  },
  {
    name: "ECS reports a state that is not known, with everything else done",
    see: [snapshot({ ours: serviceDeployment("SUCCESSFUL_SO_FAR") })],
    verdict: "undecided",
  },
  {
    name: "early success criteria are met and no old task is left",
    see: [snapshot({ ours: early })],
    verdict: "deployed",
  },
  {
    name: "the deadline has passed",
    see: [snapshot({ at: 600_000, ours: serviceDeployment("IN_PROGRESS") })],
    verdict: "timed-out",
    reason: /IN_PROGRESS/,
  },
  {
    name: "the verdict is there at the very deadline",
    see: [snapshot({ at: 600_000, ours: successful })],
    verdict: "deployed",
  },
];

const classicOnly = { classicOnly: "not permitted" };
const failed = deployment({ status: "ACTIVE", rolloutState: "FAILED", rolloutStateReason: "tasks failed to start." });
const back = (id: string, rolloutState: string) => deployment({ id, taskDefinition: base, rolloutState });
const classicCases: Case[] = [
  { name: "PRIMARY is ours and COMPLETED", on: classicOnly, see: [snapshot()], verdict: "deployed" },
  {
    name: "PRIMARY is ours and FAILED, with nothing to return to",
    on: classicOnly,
    see: [snapshot({ deployments: [deployment({ rolloutState: "FAILED", rolloutStateReason: "no candidate" })] })],
    verdict: "failed",
  },
  {
    name: "the rollback goes on under the old id",
    on: classicOnly,
    see: [snapshot({ deployments: [back("ecs-svc/1", "IN_PROGRESS"), failed] })],
    verdict: "undecided",
  },
  {
    name: "the rollback has ended under a new id, and the failed deployment has left the list",
    on: classicOnly,
    see: [
      snapshot({ deployments: [back("ecs-svc/9", "IN_PROGRESS"), failed] }),
      snapshot({ deployments: [back("ecs-svc/9", "COMPLETED")] }),
    ],
    verdict: "rolled-back",
    reason: /tasks failed to start/,
  },
  {
    name: "the rollback has led to the very same revision, deployed before ours",
    on: classicOnly,
    see: [
      snapshot({ deployments: [deployment({ id: "ecs-svc/1", rolloutState: "IN_PROGRESS" }), failed] }),
      snapshot({ deployments: [deployment({ id: "ecs-svc/1" })] }),
    ],
    verdict: "rolled-back",
  },
  {
    name: "only an event that names our deployment tells that it failed",
    on: classicOnly,
    see: [
      snapshot({
        deployments: [back("ecs-svc/1", "COMPLETED")],
        events: ["(service s) (deployment ecs-svc/2) deployment failed: tasks failed to start."],
      }),
    ],
    verdict: "rolled-back",
  },
  {
    name: "what took its place is all that was ever seen, for longer than ECS lags",
    on: { ...classicOnly, registeredAt: 900 },
    see: [0, 20_000].map((at) =>
      snapshot({ at, deployments: [deployment({ id: "ecs-svc/3", taskDefinition: "arn:9" })] }),
    ),
    verdict: "superseded",
  },
  {
    name: "a stale read shows what was there before",
    on: { ...classicOnly, registeredAt: 900 },
    see: [
      snapshot({ deployments: [deployment({ rolloutState: "IN_PROGRESS" })] }),
      snapshot({ at: 2000, deployments: [deployment({ id: "ecs-svc/1", taskDefinition: base, createdAt: 100 })] }),
    ],
    verdict: "undecided",
  },
  {
    name: "what was there before is there again for longer than ECS lags",
    on: { ...classicOnly, registeredAt: 900 },
    see: [
      snapshot({ deployments: [deployment({ rolloutState: "IN_PROGRESS" })] }),
      snapshot({ at: 20_000, deployments: [deployment({ id: "ecs-svc/1", taskDefinition: base, createdAt: 100 })] }),
    ],
    verdict: "superseded",
  },
  {
    name: "what is older is all that was seen",
    on: { ...classicOnly, registeredAt: 1100 },
    see: [0, 20_000].map((at) =>
      snapshot({ at, deployments: [deployment({ id: "ecs-svc/3", taskDefinition: "arn:9" })] }),
    ),
    verdict: "undecided",
  },
  {
    name: "ECS has listed it before, and something younger has been there for longer than ECS lags",
    on: { ...classicOnly, deploymentId: undefined as never, serviceDeploymentArn: "arn:sd2", registeredAt: 900 },
    see: [0, 20_000].map((at) =>
      snapshot({ at, deployments: [deployment({ id: "ecs-svc/3", taskDefinition: "arn:9" })] }),
    ),
    verdict: "superseded",
  },
  {
    name: "a person has rolled it back, and only an event tells where to",
    on: classicOnly,
    see: [
      snapshot({ deployments: [deployment({ rolloutState: "IN_PROGRESS" })] }),
      snapshot({
        deployments: [back("ecs-svc/1", "COMPLETED")],
        events: ["(service s) rolling back to deployment ecs-svc/1."],
      }),
    ],
    verdict: "rolled-back",
  },
  {
    name: "an event tells of a way back to another deployment than the present one",
    on: classicOnly,
    see: [
      snapshot({ deployments: [deployment({ rolloutState: "IN_PROGRESS" })] }),
      snapshot({
        deployments: [deployment({ id: "ecs-svc/3", taskDefinition: "arn:9" })],
        events: ["(service s) rolling back to deployment ecs-svc/1."],
      }),
    ],
    verdict: "superseded",
  },
  ...[
    { events: [], verdict: "superseded" as const },
    { events: ["(service s) (deployment ecs-svc/1) deployment completed."], verdict: "rolled-back" as const },
  ].map(
    ({ events, verdict }): Case => ({
      name: `somebody deploys while it is rolled back, ${events.length ? "after" : "before"} that has come to its end`,
      on: classicOnly,
      see: [
        snapshot({
          deployments: [back("ecs-svc/1", "IN_PROGRESS"), deployment({ status: "ACTIVE", rolloutState: "FAILED" })],
          events: ["(service s) rolling back to deployment ecs-svc/1."],
        }),
        snapshot({
          deployments: [deployment({ id: "ecs-svc/3", taskDefinition: "arn:9", rolloutState: "COMPLETED" })],
          events: [...events, "(service s) rolling back to deployment ecs-svc/1."],
        }),
      ],
      verdict,
    }),
  ),
  {
    name: "the service is deleted",
    on: classicOnly,
    see: [deleted(snapshot({ deployments: [] }))],
    verdict: "stopped",
    reason: /deleted: it is DRAINING/,
  },
  {
    name: "an event names another deployment that failed",
    on: classicOnly,
    see: [
      snapshot({ deployments: [deployment({ rolloutState: "IN_PROGRESS" })] }),
      snapshot({
        deployments: [deployment({ id: "ecs-svc/3", taskDefinition: "arn:9" })],
        events: ["(service s) (deployment ecs-svc/22) deployment failed: tasks failed to start."],
      }),
    ],
    verdict: "superseded",
  },
];

for (const { name, see, on, verdict, reason } of [...cases, ...classicCases]) {
  test(`when ${name}${on ? ", without the newer APIs" : ""}, it is ${verdict}`, () => {
    const judgement = judge({ ...subject, ...on }, see as [Snapshot, ...Snapshot[]]);
    const said = judgement.state === "decided" ? judgement : { verdict: "undecided", reason: judgement.waitingFor };
    assert.equal(said.verdict, verdict, said.reason);
    if (reason) assert.match(said.reason, reason);
  });
}
