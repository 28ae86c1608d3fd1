import type { Snapshot } from "../../../lib/ecs/snapshot.js";
import { judgeAll } from "../../support/judge-cases.js";
import { base, deployment, oldTask, serviceDeployment, snapshot, task } from "../../support/snapshots.js";

const successful = serviceDeployment("SUCCESSFUL");
const early = serviceDeployment("SUCCESSFUL", { earlySuccess: true });
const breaker = { status: "TRIGGERED", failureCount: 3, threshold: 3 };
const previous = deployment({ id: "ecs-svc/1", taskDefinition: base });

const deleted = (seen: Snapshot): Snapshot => ({ ...seen, service: { ...seen.service, status: "DRAINING" } });

judgeAll([
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
    name: "ECS reports an unknown state",
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
    name: "a task has no digest and is on our revision",
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
    name: "early success criteria are met, and old tasks were up before the poll",
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
    name: "a user has rolled back",
    see: [
      snapshot({
        ours: serviceDeployment("ROLLBACK_SUCCESSFUL", { statusReason: "Service deployment rolled back by user" }),
      }),
    ],
    verdict: "rolled-back",
    reason: /by a user/,
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
  { name: "it was STOPPED by a user", see: [snapshot({ ours: serviceDeployment("STOPPED") })], verdict: "stopped" },
  {
    name: "a lifecycle hook waits for a user",
    see: [
      snapshot({
        ours: serviceDeployment("IN_PROGRESS", {
          waitingHooks: [
            { hookId: "hook-1", expiresAt: Date.UTC(2026, 0, 2), timeoutAction: "ROLLBACK" },
            { hookId: "hook-2" },
          ],
        }),
      }),
    ],
    verdict: "paused",
    reason: /hook-1 waits .* until 2026-01-02T00:00:00.000Z, then ECS rolls back\. .*hook-2 waits/,
  },
  {
    name: "another deployment of our revision has replaced it",
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
    name: "the breaker has rolled back to the same revision",
    see: [snapshot({ ours: serviceDeployment("ROLLBACK_SUCCESSFUL", { breaker }) })],
    verdict: "rolled-back",
  },
  {
    name: "ECS reports an unknown state, with everything else done",
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
    name: "the verdict is reached exactly at the deadline",
    see: [snapshot({ at: 600_000, ours: successful })],
    verdict: "deployed",
  },
]);
