import type { FaultRule } from "../../../infra/local/aws/index.js";
import type { Scenario } from "../../scenario/scenario.js";
import type { Drill } from "../drill.js";

const faulty = (...faults: FaultRule[]): Scenario => ({ aws: { faults } });
const deployed = { verdict: "deployed" } as const;
const TEN_MINUTES = 600_000;

/** The rollout succeeds, and calls to AWS fail. */
export const wire: Drill[] = [
  {
    name: "throttled-all-along",
    description: "Every third call is refused with ThrottlingException.",
    scenario: faulty({ kind: "throttled", share: 0.33 }),
    ends: deployed,
  },
  {
    name: "throttled-for-a-while",
    description: "From 20 s on every call is refused with ThrottlingException, for 40 s.",
    scenario: faulty({ kind: "throttled", from: 20_000, until: 60_000 }),
    ends: deployed,
  },
  {
    name: "server-errors",
    description: "Once the rollout has begun, every third call is answered with HTTP 500.",
    scenario: faulty({ kind: "server-error", from: 5_000, share: 0.33 }),
    ends: deployed,
  },
  {
    name: "unavailable-for-a-while",
    description: "From 30 s on every call is answered with HTTP 503, for 30 s.",
    scenario: faulty({ kind: "unavailable", from: 30_000, until: 60_000 }),
    ends: deployed,
  },
  {
    name: "unavailable-from-the-start",
    description: "Every call is answered with HTTP 503 from the first one on, for five minutes.",
    scenario: faulty({ kind: "unavailable", until: 300_000 }),
    ends: { unknown: "unavailable" },
  },
  {
    name: "no-answer",
    description: "Some DescribeServices calls get no response.",
    scenario: faulty({ kind: "silent", operation: "DescribeServices", skip: 4, times: 2 }),
    ends: deployed,
  },
  {
    name: "late-answers",
    description: "Every answer comes three seconds late.",
    scenario: faulty({ kind: "delayed", by: 3_000 }),
    ends: deployed,
  },
  {
    name: "register-lost",
    description: "The connection is reset before AWS has RegisterTaskDefinition.",
    scenario: faulty({ kind: "reset", operation: "RegisterTaskDefinition", times: 1 }),
    ends: deployed,
  },
  {
    name: "register-answer-lost",
    description: "AWS carries RegisterTaskDefinition out, and the connection is reset before its answer.",
    scenario: faulty({ kind: "reset", effect: true, operation: "RegisterTaskDefinition", times: 1 }),
    ends: deployed,
  },
  {
    name: "update-lost",
    description: "The connection is reset before AWS has UpdateService.",
    scenario: faulty({ kind: "reset", operation: "UpdateService", times: 1 }),
    ends: deployed,
  },
  {
    name: "update-answer-lost",
    description: "AWS carries UpdateService out, and the connection is reset before its answer.",
    scenario: faulty({ kind: "reset", effect: true, operation: "UpdateService", times: 1 }),
    ends: deployed,
  },
  {
    name: "update-answer-truncated",
    description: "AWS carries UpdateService out, and its answer breaks off in the middle.",
    scenario: faulty({ kind: "truncated", operation: "UpdateService", times: 1 }),
    ends: deployed,
  },
  {
    name: "reads-truncated",
    description: "Every fourth answer to a read breaks off in the middle.",
    scenario: faulty({ kind: "truncated", operation: "Describe*", share: 0.25 }),
    ends: deployed,
  },
  {
    name: "stale-reads",
    description: "Every third read answers what was true ten seconds before.",
    scenario: faulty({ kind: "stale", by: 10_000, share: 0.33 }),
    ends: deployed,
  },
  {
    name: "list-lags",
    description: "A new service deployment is not listed for a minute.",
    scenario: { aws: { timing: { listLag: 60_000, currentDeploymentLag: 60_000 } } },
    ends: deployed,
  },
  {
    name: "clock-ahead",
    description: "The deployer's clock is ten minutes ahead.",
    scenario: { aws: { clockSkew: TEN_MINUTES } },
    ends: deployed,
  },
  {
    name: "clock-behind",
    description: "The deployer's clock is ten minutes behind.",
    scenario: { aws: { clockSkew: -TEN_MINUTES } },
    ends: deployed,
  },
  {
    name: "aws-clock-ahead",
    description: "AWS's own clock is ten minutes ahead.",
    scenario: faulty({ kind: "skewed", by: TEN_MINUTES }),
    ends: deployed,
  },
  {
    name: "credentials-expire",
    description: "The credentials expire in the middle of the rollout, which goes on in ECS.",
    scenario: faulty({ kind: "expired", from: 30_000 }),
    ends: { unknown: "credentials-expired" },
  },
  {
    name: "new-permissions-missing",
    description: "The deployer may not read service deployments, which came to ECS later than the rest.",
    scenario: {
      aws: {
        deny: ["ecs:ListServiceDeployments", "ecs:DescribeServiceDeployments", "ecs:DescribeServiceRevisions"],
      },
    },
    ends: deployed,
  },
  {
    name: "describe-denied",
    description: "The deployer may update the service but not describe it.",
    scenario: { aws: { deny: ["ecs:DescribeServices"] } },
    ends: { unknown: "access-denied" },
  },
  {
    name: "permission-withdrawn",
    description: "In the middle the deployer loses the permission to describe the service.",
    scenario: { interventions: [{ at: 30_000, do: "deny", actions: ["ecs:DescribeServices"] }] },
    ends: { unknown: "access-denied" },
  },
  {
    name: "unknown-state",
    description: "For a minute the service deployment is in an unknown state.",
    scenario: faulty({
      kind: "changed",
      operation: "DescribeServiceDeployments",
      path: ["serviceDeployments", "*", "status"],
      value: "REBALANCING",
      until: 80_000,
    }),
    ends: deployed,
  },
  {
    name: "unknown-field",
    description: "The service and the task definition have unknown fields.",
    scenario: faulty(
      { kind: "changed", operation: "DescribeServices", path: ["services", "*", "futureField"], value: { a: [1] } },
      {
        kind: "changed",
        operation: "DescribeTaskDefinition",
        path: ["taskDefinition", "futureField"],
        value: "kept",
      },
    ),
    ends: deployed,
  },
];
