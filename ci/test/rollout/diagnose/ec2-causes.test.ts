/** Causes on container instances, in the texts of ECS, its agent and Docker. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { diagnose } from "../../../lib/rollout/diagnose/diagnose.js";
import { terminalFailures } from "../../../lib/rollout/diagnose/failures.js";
import { deployment, snapshot, subject } from "../../support/snapshots.js";
import { failedToStart, stopped } from "../../support/stopped-tasks.js";

const inProgress = { deployments: [deployment({ rolloutState: "IN_PROGRESS", runningCount: 0 })] };
const unplaced = "(service web) was unable to place a task because no container instance met all of its requirements.";
const closest = `${unplaced} The closest matching (container-instance 0123456789abcdef0123456789abcdef)`;
const more = "For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.";

const events: [event: string, cause: string, fix: RegExp][] = [
  [`${closest} is already using a port required by your task. ${more}`, "port-in-use", /port.*hostPort 0/],
  [`${closest} encountered error "RESOURCE:PORTS". ${more}`, "port-in-use", /port/],
  [`${closest} doesn't have the agent connected. ${more}`, "agent-disconnected", /agent/],
  [`${closest} encountered error "AGENT". ${more}`, "agent-disconnected", /agent/],
  [`${closest} encountered error 'AGENT'. ${more}`, "agent-disconnected", /agent/],
  [`${closest} is missing an attribute required by your task. ${more}`, "instance-mismatch", /requiresAttributes/],
  [
    `${closest} encountered error "MemberOf placement constraint unsatisfied." ${more}`,
    "instance-mismatch",
    /constraints/,
  ],
  [
    `${closest} encountered error "DistinctInstance placement constraint unsatisfied." ${more}`,
    "instance-mismatch",
    /constr/,
  ],
  [`${closest} has insufficient CPU units available. ${more}`, "no-capacity", /CPU and memory/],
  [`${closest} has insufficient memory available. ${more}`, "no-capacity", /CPU and memory/],
  [`${closest} encountered error "RESOURCE:GPU". ${more}`, "no-capacity", /instances/],
  [`${closest} encountered error "RESOURCE:ENI". ${more}`, "no-capacity", /awsvpcTrunking/],
  [
    `${unplaced} Reason: No Container Instances were found in your cluster. ${more}`,
    "no-capacity",
    /Register instances/,
  ],
  [
    `${unplaced} Reason: No Container Instances were found in your capacity provider. ${more}`,
    "no-capacity",
    /not Fargate/,
  ],
  [`${unplaced} ${more}`, "no-capacity", /instances/],
];
for (const [event, cause, fix] of events) {
  test(`the event "${event.slice(event.indexOf(".") + 2, -more.length - 1).slice(-60)}" is ${cause}, with its fix`, () => {
    const diagnosis = diagnose(subject, [snapshot({ ...inProgress, tasks: [], events: [event] })]);
    assert.equal(diagnosis.cause, cause);
    assert.match(diagnosis.fix, fix);
  });
}

const daemon =
  "CannotStartContainerError: Error response from daemon: failed to create task for container: failed to initialize logging driver: failed to create Cloudwatch log stream:";
const call = "operation error CloudWatch Logs: CreateLogStream,";
const reasons: [reason: string, cause: string, heals: boolean][] = [
  [
    `${daemon} ${call} https response error StatusCode: 400, ResourceNotFoundException: The specified log group does not exist.`,
    "log-group-missing",
    false,
  ],
  [
    `${daemon} ${call} https response error StatusCode: 400, AccessDeniedException: User: arn:aws:sts::1:assumed-role/instances/i-0 is not authorized to perform: logs:CreateLogStream`,
    "role-denied",
    false,
  ],
  [
    `${daemon} ${call} get identity: get credentials: failed to refresh cached credentials, no EC2 IMDS role found`,
    "role-unusable",
    false,
  ],
  [`${daemon} NoCredentialProviders: no valid providers in chain. Deprecated.`, "role-unusable", false],
  [
    `${daemon} ${call} exceeded maximum number of attempts, 3, dial tcp 10.0.0.1:443: i/o timeout`,
    "network-unreachable",
    true,
  ],
  [
    "CannotStartContainerError: Error response from daemon: driver failed programming external connectivity on endpoint ecs-web: Bind for 0.0.0.0:80 failed: port is already allocated",
    "port-in-use",
    true,
  ],
  [
    "CannotStartContainerError: Error response from daemon: failed to set up container networking: listen tcp4 0.0.0.0:80: bind: address already in use",
    "port-in-use",
    true,
  ],
  [
    "CannotPullContainerError: Error response from daemon: Head https://1.dkr.ecr.us-west-2.amazonaws.com/v2/web/manifests/v1: no basic auth credentials",
    "image-denied",
    false,
  ],
  [
    "CannotPullECRContainerError: AccessDeniedException: User: arn:aws:sts::1:assumed-role/ecsInstanceRole/i-0 is not authorized to perform: ecr:GetAuthorizationToken",
    "image-denied",
    false,
  ],
  [
    "CannotPullContainerError: API error (500): Get https://1.dkr.ecr.us-west-2.amazonaws.com/v2/: net/http: request canceled while waiting for connection",
    "network-unreachable",
    true,
  ],
  ["CannotPullContainerError: write /var/lib/docker/tmp/GetImageBlob: no space left on device", "disk-full", true],
  ["DockerTimeoutError: Could not transition to created; timed out after waiting 4m0s", "runtime-timeout", true],
  [
    "ContainerRuntimeTimeoutError: Could not transition to running; timed out after waiting 1m: context deadline exceeded",
    "runtime-timeout",
    true,
  ],
  [
    'CannotCreateContainerError: Error response from daemon: invalid mount config for type "bind": bind source path does not exist: /data',
    "volume-failed",
    true,
  ],
  ["CannotCreateVolumeError: API error (500): create web: error while mounting volume", "volume-failed", true],
];
for (const [reason, cause, heals] of reasons) {
  const short = reason.slice(-70);
  test(`a task that stops with "…${short}" is ${cause}, which ${heals ? "can" : "can't"} heal by itself`, () => {
    for (const task of [failedToStart(reason), stopped("TaskFailedToStart", "Task failed to start", { reason })]) {
      const looks = [snapshot({ tasks: [task] })];
      assert.equal(diagnose(subject, looks).cause, cause);
      assert.equal(terminalFailures(subject, looks).length === 0, heals);
    }
  });
}

test("a task whose instance ends is interrupted, and that explains a rollout only where nothing else does", () => {
  for (const reason of ["Host EC2 (instance i-0123456789abcdef0) terminated.", "Host EC2 (instance i-0) stopped."]) {
    const ended = stopped("TerminationNotice", reason, { exitCode: 143 });
    assert.equal(diagnose(subject, [snapshot({ tasks: [stopped("", reason)] })]).cause, "interrupted");
    const failed = failedToStart(
      `${daemon} ${call} ResourceNotFoundException: The specified log group does not exist.`,
    );
    assert.equal(diagnose(subject, [snapshot({ tasks: [ended, ended, failed] })]).cause, "log-group-missing");
  }
});

test("what a load balancer got from an instance's port explains the task that failed its checks", () => {
  const task = stopped("ServiceSchedulerInitiated", "Task failed ELB health checks in (target-group x)", {
    exitCode: 0,
  });
  const event =
    "(service web) (instance i-0123456789abcdef0) (port 32768) is unhealthy in (target-group x) due to (reason Health checks failed with these codes: [503])";
  const { cause, evidence } = diagnose(subject, [snapshot({ tasks: [task], events: [event] })]);
  assert.equal(cause, "load-balancer-code");
  assert.ok(evidence.includes(event));
});
