import assert from "node:assert/strict";
import { test } from "node:test";
import type { TaskView } from "../../../lib/ecs/snapshot.js";
import { diagnose } from "../../../lib/rollout/diagnose/diagnose.js";
import { terminalFailures } from "../../../lib/rollout/diagnose/failures.js";
import { snapshot, subject } from "../../support/snapshots.js";
import { exited, failedToStart, imageMissing, stopped } from "../../support/stopped-tasks.js";

const secrets =
  "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed";
const denied = "api error AccessDeniedException: User: arn:aws:sts::1:assumed-role/x is not authorized to perform";
const manifest = "CannotPullContainerError: pull image manifest has been retried 7 time(s)";

/** Reasons in ECS's own words, from live accounts and AWS's lists; terminal causes first. */
const terminal: [cause: string, TaskView][] = [
  ["image-missing", failedToStart(imageMissing)],
  [
    "image-missing",
    failedToStart(
      "CannotPullContainerError: inspect image has been retried 1 time(s): failed to resolve ref x: x: not found",
    ),
  ],
  [
    "wrong-platform",
    failedToStart(`${manifest}: image Manifest does not contain descriptor matching platform 'linux/amd64'`),
  ],
  [
    "image-denied",
    failedToStart("CannotPullContainerError: pull access denied, repository does not exist or 403 Forbidden"),
  ],
  [
    "image-denied",
    failedToStart(`${secrets}: unable to retrieve ecr registry auth: ${denied}: ecr:GetAuthorizationToken`),
  ],
  [
    "secret-missing",
    failedToStart(
      `${secrets}: unable to retrieve secrets from ssm: service call has been retried 1 time(s): invalid ssm parameters: /app/key`,
    ),
  ],
  [
    "secret-missing",
    failedToStart(
      "ResourceInitializationError: unable to retrieve secret from asm: ResourceNotFoundException: Secrets Manager can't find it",
    ),
  ],
  [
    "secret-missing",
    failedToStart(
      "ResourceInitializationError: unable to retrieve secret from asm: retrieved secret from Secrets Manager did not contain json key url",
    ),
  ],
  [
    "secret-denied",
    failedToStart(`${secrets}: unable to retrieve secret from asm: ${denied}: secretsmanager:GetSecretValue`),
  ],
  ["secret-denied", failedToStart(`${secrets}: unable to retrieve secrets from ssm: ${denied}: ssm:GetParameters`)],
  [
    "role-denied",
    failedToStart(`ResourceInitializationError: failed to validate logger args: ${denied}: logs:CreateLogStream`),
  ],
  [
    "log-group-missing",
    failedToStart(
      "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist.",
    ),
  ],
  [
    "role-unusable",
    failedToStart("ECS was unable to assume the role 'arn:aws:iam::1:role/x' that was provided for this task."),
  ],
  ["invalid-command", exited({ exitCode: 127 })],
  ["invalid-command", exited({ exitCode: 126 })],
  [
    "invalid-command",
    failedToStart(
      'CannotStartContainerError: ResourceInitializationError: failed to create new container runtime task: OCI runtime create failed: exec: "gunicorn": executable file not found in $PATH: unknown',
    ),
  ],
  [
    "invalid-command",
    failedToStart(
      'CannotStartContainerError: ResourceInitializationError: failed to create new container runtime task: OCI runtime create failed: starting container process caused: exec: "/run.sh": stat /run.sh: no such file or direct...',
    ),
  ],
];
const passing: [cause: string, TaskView][] = [
  [
    "network-unreachable",
    failedToStart(
      `${manifest}: failed to resolve ref x: failed to do request: Head: dial tcp 52.72.252.48:443: i/o timeout`,
    ),
  ],
  [
    "network-unreachable",
    failedToStart(
      `${secrets}: unable to retrieve secrets from ssm: The task cannot pull secrets from AWS Systems Manager. There is a connection issue between the task and AWS Systems Manager Parameter Store. Check your task network configuration.`,
    ),
  ],
  ["registry-throttled", failedToStart(`${manifest}: toomanyrequests: You have reached your pull rate limit`)],
  [
    "subnet-full",
    failedToStart(
      "Unexpected EC2 error while attempting to Create Network Interface in subnet 'subnet-1': InsufficientFreeAddressesInSubnet",
    ),
  ],
  [
    "no-capacity",
    failedToStart("Capacity is unavailable at this time. Please try again later or in a different availability zone"),
  ],
  ["disk-full", failedToStart("CannotPullContainerError: failed to extract layer: write /x: no space left on device")],
  [
    "volume-failed",
    failedToStart("ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes"),
  ],
  ["resources-unavailable", failedToStart("Timeout waiting for network interface provisioning to complete.")],
  ["out-of-memory", exited({ exitCode: 137, reason: "OutOfMemoryError: container killed due to memory usage" })],
  ["killed", exited({ exitCode: 137 })],
  ["killed", exited({ exitCode: 139 })],
  ["container-exits", exited({ exitCode: 1 })],
  ["container-completes", exited({ exitCode: 0 })],
  ["health-check", stopped("ServiceSchedulerInitiated", "Task failed container health checks")],
  [
    "load-balancer-health-check",
    stopped("ServiceSchedulerInitiated", "Task failed ELB health checks in (target-group x)", { exitCode: 0 }),
  ],
  ["stopped-by-person", stopped("UserInitiated", "Task stopped by user", { exitCode: 137 })],
  ["interrupted", stopped("SpotInterruption", "Your Spot Task was interrupted.", { exitCode: 143 })],
];

const words = ({ stopCode, stoppedReason, containers }: TaskView) =>
  `${stopCode}: ${stoppedReason?.slice(-70)}, exit code ${containers[0]?.exitCode ?? "none"},`;
for (const [table, isTerminal] of [
  [terminal, true],
  [passing, false],
] as const) {
  for (const [cause, view] of table) {
    test(`${words(view)} is diagnosed as ${cause}, which ${isTerminal ? "can't" : "can"} heal by itself`, () => {
      const looks = [snapshot({ tasks: [view] })];
      const diagnosis = diagnose(subject, looks);
      assert.equal(diagnosis.cause, cause);
      assert.equal(diagnosis.task, view.arn);
      assert.ok(diagnosis.evidence[0]?.includes(view.stoppedReason ?? ""));
      assert.ok(diagnosis.fix.length > 0);
      assert.equal(terminalFailures(subject, looks).length > 0, isTerminal);
    });
  }
}
