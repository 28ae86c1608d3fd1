import type { Snapshot } from "../../../lib/ecs/snapshot.js";
import { type Case, judgeAll } from "../../support/judge-cases.js";
import { base, deployment, snapshot } from "../../support/snapshots.js";

const deleted = (seen: Snapshot): Snapshot => ({ ...seen, service: { ...seen.service, status: "DRAINING" } });
const classicOnly = { classicOnly: "not permitted" };
const failed = deployment({ status: "ACTIVE", rolloutState: "FAILED", rolloutStateReason: "tasks failed to start." });
const back = (id: string, rolloutState: string) => deployment({ id, taskDefinition: base, rolloutState });
judgeAll([
  { name: "PRIMARY is ours and COMPLETED", on: classicOnly, see: [snapshot()], verdict: "deployed" },
  {
    name: "PRIMARY is ours and FAILED, with nothing to return to",
    on: classicOnly,
    see: [snapshot({ deployments: [deployment({ rolloutState: "FAILED", rolloutStateReason: "no candidate" })] })],
    verdict: "failed",
  },
  {
    name: "PRIMARY is ours and FAILED because a user stopped it",
    on: classicOnly,
    see: [
      snapshot({
        deployments: [
          deployment({ rolloutState: "FAILED", rolloutStateReason: "ECS deployment ecs-svc/2 stopped by user." }),
        ],
      }),
    ],
    verdict: "stopped",
    reason: /^A user stopped it/,
  },
  {
    name: "ours is FAILED because a user stopped it, and another has followed",
    on: classicOnly,
    see: [
      snapshot({
        deployments: [
          back("ecs-svc/3", "COMPLETED"),
          { ...failed, rolloutStateReason: "ECS deployment ecs-svc/2 stopped by user." },
        ],
      }),
    ],
    verdict: "stopped",
    reason: /without a rollback; ecs-svc\/3 of .* has followed\. ECS: ECS deployment ecs-svc\/2 stopped by user\./,
  },
  {
    name: "PRIMARY is ours and FAILED because we stopped it",
    on: { ...classicOnly, rollback: { why: "its image is missing" } },
    see: [
      snapshot({
        deployments: [
          deployment({ rolloutState: "FAILED", rolloutStateReason: "ECS deployment ecs-svc/2 stopped by user." }),
        ],
      }),
    ],
    verdict: "failed",
  },
  {
    name: "the rollback has FAILED too",
    on: classicOnly,
    see: [snapshot({ deployments: [back("ecs-svc/1", "FAILED"), failed] })],
    verdict: "failed",
    reason: /^The rollback to .* failed too/,
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
    name: "the rollback went to the same revision, deployed before ours",
    on: classicOnly,
    see: [
      snapshot({ deployments: [deployment({ id: "ecs-svc/1", rolloutState: "IN_PROGRESS" }), failed] }),
      snapshot({ deployments: [deployment({ id: "ecs-svc/1" })] }),
    ],
    verdict: "rolled-back",
  },
  {
    name: "only an event that names our deployment shows that it failed",
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
    name: "only the deployment that replaced it was observed, for longer than ECS lags",
    on: { ...classicOnly, registeredAt: 900 },
    see: [0, 20_000].map((at) =>
      snapshot({ at, deployments: [deployment({ id: "ecs-svc/3", taskDefinition: "arn:9" })] }),
    ),
    verdict: "superseded",
  },
  {
    name: "a stale read shows the previous deployment",
    on: { ...classicOnly, registeredAt: 900 },
    see: [
      snapshot({ deployments: [deployment({ rolloutState: "IN_PROGRESS" })] }),
      snapshot({ at: 2000, deployments: [deployment({ id: "ecs-svc/1", taskDefinition: base, createdAt: 100 })] }),
    ],
    verdict: "undecided",
  },
  {
    name: "the previous deployment is listed again for longer than ECS lags",
    on: { ...classicOnly, registeredAt: 900 },
    see: [
      snapshot({ deployments: [deployment({ rolloutState: "IN_PROGRESS" })] }),
      snapshot({ at: 20_000, deployments: [deployment({ id: "ecs-svc/1", taskDefinition: base, createdAt: 100 })] }),
    ],
    verdict: "superseded",
  },
  {
    name: "only older deployments were observed",
    on: { ...classicOnly, registeredAt: 1100 },
    see: [0, 20_000].map((at) =>
      snapshot({ at, deployments: [deployment({ id: "ecs-svc/3", taskDefinition: "arn:9" })] }),
    ),
    verdict: "undecided",
  },
  {
    name: "ECS has listed it before, and a newer deployment is listed for longer than ECS lags",
    on: { ...classicOnly, deploymentId: undefined as never, serviceDeploymentArn: "arn:sd2", registeredAt: 900 },
    see: [0, 20_000].map((at) =>
      snapshot({ at, deployments: [deployment({ id: "ecs-svc/3", taskDefinition: "arn:9" })] }),
    ),
    verdict: "superseded",
  },
  {
    name: "a user has rolled it back, and only an event names the target",
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
    name: "an event names a rollback to another deployment than the present one",
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
      name: `another deployment begins ${events.length ? "after" : "before"} its rollback has ended`,
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
]);
