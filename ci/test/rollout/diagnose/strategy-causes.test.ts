import assert from "node:assert/strict";
import { test } from "node:test";
import { diagnose } from "../../../lib/rollout/diagnose/diagnose.js";
import { base, deployment, serviceDeployment, snapshot, subject } from "../../support/snapshots.js";
import { exited } from "../../support/stopped-tasks.js";

const hook = "Service deployment rolled back because POST_TEST_TRAFFIC_SHIFT lifecycle hook(s) failed.";
const networking = "Service deployment rolled back because of invalid networking configuration.";
const target = "arn:aws:lambda:us-west-2:123456789012:function:smoke-test";
const rule = "arn:aws:elasticloadbalancing:us-west-2:123456789012:listener-rule/app/main/0a/0b/1a";
const group = "arn:aws:elasticloadbalancing:us-west-2:123456789012:targetgroup/web/0123456789abcdef";

/** Reasons of ECS, word for word. */
const reasons: [cause: string, reason: string, fix: RegExp][] = [
  ["hook-failed", `${hook} Lifecycle hook target ${target} returned FAILED status.`, /log of the hook's function/],
  ["hook-failed", hook, /ContinueServiceDeployment/],
  [
    "hook-response-invalid",
    `${hook} ECS was unable to parse the response from ${target} due to HookStatus must not be null`,
    /must return \{ hookStatus/,
  ],
  ["hook-role-unusable", `${hook} ECS was unable to assume role arn:aws:iam::123456789012:role/hooks`, /trusts ecs/],
  [
    "hook-not-invoked",
    `${hook} ECS was unable to invoke hook target ${target} due to Rate Exceeded.`,
    /lambda:InvokeFunction .*throttling/,
  ],
  ["hook-timed-out", `${hook} Lifecycle hook target ${target} timed out.`, /IN_PROGRESS/],
  [
    "pause-timed-out",
    "Service deployment rolled back because POST_TEST_TRAFFIC_SHIFT pause hook timed out.",
    /continue.*timeoutConfiguration/,
  ],
  [
    "listener-rule-split",
    `${networking} productionListenerRule ${rule} should have exactly one target group serving traffic but found 2 target groups which are serving traffic`,
    /ignore_changes/,
  ],
  [
    "listener-rule-unexpected",
    `${networking} Production listener rule is forwarding traffic to unexpected target group ${group}. Expected traffic to be forwarded to either targetGroupArn: a or alternateTargetGroupArn: b`,
    /alternateTargetGroupArn/,
  ],
  [
    "target-group-unattached",
    `${networking} The target group ${group} is not associated with the load balancer.`,
    /weight 0/,
  ],
  [
    "infrastructure-role-denied",
    `${networking} ECS was unable to manage the ELB resources due to missing permissions on ECS Infrastructure Role 'arn:aws:iam::123456789012:role/Admin'.`,
    /AmazonECSInfrastructureRolePolicyForLoadBalancers/,
  ],
  [
    "infrastructure-role-denied",
    "Service deployment rolled back because TEST_TRAFFIC_SHIFT lifecycle hook(s) failed. User: arn:aws:sts::123456789012:assumed-role/myELBRole/ECSNetworkingWithELB is not authorized to perform: elasticloadbalancing:ModifyListener on resource: arn:aws:elasticloadbalancing:us-west-2:123456789012:listener/app/my-alb/abc123/def456 because no identity-based policy allows the elasticloadbalancing:ModifyListener action",
    /ecs\.amazonaws\.com/,
  ],
  [
    "infrastructure-role-denied",
    `${networking} User: arn:aws:sts::123456789012:assumed-role/ecs/x is not authorized to perform: elasticloadbalancing:ModifyRule`,
    /AmazonECSInfrastructureRolePolicyForLoadBalancers/,
  ],
  ["listener-rule-missing", `${networking} The listener rule ${rule} was not found.`, /productionListenerRule/],
  ["networking-invalid", networking, /advancedConfiguration/],
  [
    "circuit-breaker",
    "Service deployment rolled back because the circuit breaker threshold was exceeded.",
    /service's events/,
  ],
  ["no-rollback-candidate", "No rollback candidate was found to run the rollback.", /never completed/],
  ["stopped-by-person", "Service deployment rolled back by user.", /CloudTrail/],
];

for (const [cause, statusReason, fix] of reasons) {
  test(`${cause} is the cause for: ${statusReason.slice(-90)}`, () => {
    const ours = serviceDeployment("ROLLBACK_SUCCESSFUL", { statusReason });
    const diagnosis = diagnose(subject, [snapshot({ ours })]);
    assert.equal(diagnosis.cause, cause);
    assert.deepEqual(diagnosis.evidence, [statusReason]);
    assert.match(diagnosis.fix, fix);
  });
}

test("failed tasks explain more than the circuit breaker, and a hook more than a missing rollback candidate", () => {
  const statusReason = "Service deployment rolled back because the circuit breaker threshold was exceeded.";
  const ours = serviceDeployment("ROLLBACK_SUCCESSFUL", { statusReason });
  assert.equal(diagnose(subject, [snapshot({ ours, tasks: [exited({ exitCode: 1 })] })]).cause, "container-exits");
  const failed = serviceDeployment("ROLLBACK_FAILED", {
    statusReason: "No rollback candidate was found to run the rollback.",
    rollbackReason: hook,
  });
  assert.equal(diagnose(subject, [snapshot({ ours: failed })]).cause, "hook-failed");
});

test("a task that crashed before is not the cause where ECS names a part that no task can break", () => {
  const own = ["hook-failed", "hook-response-invalid", "hook-timed-out", "circuit-breaker", "no-rollback-candidate"];
  for (const [cause, statusReason] of reasons) {
    if (own.includes(cause) || cause === "stopped-by-person") continue;
    const ours = serviceDeployment("ROLLBACK_SUCCESSFUL", { statusReason });
    assert.equal(diagnose(subject, [snapshot({ ours, tasks: [exited({ exitCode: 1 })] })]).cause, cause);
  }
});

test("where there is nothing to roll back to, the hook that failed is the cause", () => {
  const judged = (failedHooks: string[]) => {
    const statusReason = "No rollback candidate was found to run the rollback.";
    return diagnose(subject, [snapshot({ ours: serviceDeployment("ROLLBACK_FAILED", { statusReason, failedHooks }) })]);
  };
  assert.equal(judged(["lifecycle hook smoke-test FAILED"]).cause, "hook-failed");
  assert.deepEqual(judged(["lifecycle hook smoke-test FAILED"]).evidence, ["lifecycle hook smoke-test FAILED"]);
  assert.equal(judged(["pause hook timed out: ecs-pause-1"]).cause, "pause-timed-out");
  assert.equal(judged(["hook target smoke-test timed out"]).cause, "hook-timed-out");
});

/** Reasons of classic deployments: all that can be read without permission for service deployments. */
const classic: [cause: string, reason: string][] = [
  ["alarm-fired", "ECS deployment failed: alarm detected: rolling back to deploymentId ecs-svc/1."],
  [
    "hook-failed",
    "ECS deployment failed: PRE_SCALE_UP lifecycle hook(s) failed: rolling back to deploymentId ecs-svc/1.",
  ],
  ["circuit-breaker", "ECS deployment circuit breaker: tasks failed to start."],
  ["stopped-by-person", "ECS deployment ecs-svc/2 stopped by user."],
];
for (const [cause, rolloutStateReason] of classic) {
  test(`${cause} is the cause for the classic deployment's reason: ${rolloutStateReason}`, () => {
    const failed = deployment({ status: "ACTIVE", rolloutState: "FAILED", rolloutStateReason });
    const back = deployment({ id: "ecs-svc/1", taskDefinition: base });
    const seen = [snapshot({ deployments: [back, failed], tasks: [] }), snapshot({ deployments: [back], tasks: [] })];
    const { cause: found, evidence } = diagnose({ ...subject, classicOnly: "denied" }, seen);
    assert.deepEqual([found, evidence], [cause, [rolloutStateReason]]);
  });
}
