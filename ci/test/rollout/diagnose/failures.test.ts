import assert from "node:assert/strict";
import { test } from "node:test";
import type { ContainerView, TaskView } from "../../../lib/ecs/snapshot.js";
import { diagnose } from "../../../lib/rollout/diagnose/diagnose.js";
import { terminalFailures } from "../../../lib/rollout/diagnose/failures.js";
import { oldTask, snapshot, subject, task } from "../../support/snapshots.js";
import { exited, failedToStart, imageMissing, stopped } from "../../support/stopped-tasks.js";

const wrongPlatform =
  "CannotPullContainerError: image Manifest does not contain descriptor matching platform 'linux/amd64'";

test("failures that can't heal are counted by cause, the most frequent first, over all observations", () => {
  const looks = [
    snapshot({ tasks: [failedToStart(wrongPlatform, "a0"), exited({ exitCode: 1 }, "a1")] }),
    snapshot({ tasks: [failedToStart(imageMissing, "a2")] }),
    snapshot({ tasks: [failedToStart(imageMissing, "a2"), failedToStart(imageMissing, "a3")] }),
  ];
  const groups = terminalFailures(subject, looks);
  assert.deepEqual(
    groups.map(({ rule, failures }) => [rule.cause, failures.map(({ task }) => task.arn)]),
    [
      ["image-missing", ["arn:task/c/a2", "arn:task/c/a3"]],
      ["wrong-platform", ["arn:task/c/a0"]],
    ],
  );
});

test("a long rollout's many failures are found in a few readings of each task of each poll", () => {
  const [size, allowed] = [200, 10];
  let readings = 0;
  const counted = (one: TaskView): TaskView => {
    const { arn } = one;
    const get = () => {
      readings++;
      return arn;
    };
    return Object.defineProperty({ ...one }, "arn", { enumerable: true, get });
  };
  const ids = Array.from({ length: size }, (_, n) => `a${n}`);
  const starting = ids.map((id) => counted(task({ arn: `arn:task/c/${id}`, containers: [{ name: "app" }] })));
  const ended = ids.map((id) => counted(exited({ exitCode: 1 }, id)));
  // In each poll one more task has stopped.
  const looks = ids.map((_, n) => snapshot({ tasks: [...ended.slice(0, n + 1), ...starting.slice(n + 1)] }));
  assert.equal(diagnose(subject, looks).failedTasks, size);
  assert.ok(readings < allowed * size * size, `${readings} readings of ${size * size}`);
});

test("a failure of another revision's task is none of ours", () => {
  const other = { ...failedToStart(imageMissing), taskDefinition: "arn:other" };
  assert.deepEqual(terminalFailures(subject, [snapshot({ tasks: [other] })]), []);
  assert.equal(diagnose(subject, [snapshot({ tasks: [other] })]).failedTasks, 0);
});

test("the most frequent cause is the rollout's, not the first or the last", () => {
  const tasks = [exited({ exitCode: 139 }, "a0"), exited({ exitCode: 1 }, "a1"), exited({ exitCode: 1 }, "a2")];
  const diagnosis = diagnose(subject, [snapshot({ tasks: [...tasks, exited({ exitCode: 139 }, "a0")] })]);
  assert.equal(diagnosis.cause, "container-exits");
  assert.equal(diagnosis.task, "arn:task/c/a2");
});

test("a cause is kept after the task leaves the lists and after the rollback", () => {
  const looks = [snapshot({ tasks: [exited({ exitCode: 1 })] }), snapshot({ tasks: [oldTask()] })];
  assert.equal(diagnose(subject, looks).cause, "container-exits");
});

test("a task that the rollback stopped did not fail", () => {
  const scaledIn = stopped("ServiceSchedulerInitiated", "Scaling activity initiated by (deployment ecs-svc/2)", {
    exitCode: 143,
  });
  assert.equal(diagnose(subject, [snapshot({ tasks: [scaledIn] })]).failedTasks, 0);
});

const dependency =
  "CannotStartContainerError: dependency graph: failed to resolve container ordering dependency [proxy] for target [app] as dependency did not exit successfully.";
const pairs: [
  what: string,
  app: Partial<ContainerView>,
  proxy: Partial<ContainerView>,
  cause: string,
  culprit: string,
][] = [
  ["the app exits and the sidecar ends well", { exitCode: 1 }, { exitCode: 0 }, "container-exits", "app"],
  ["the app exits and the sidecar is killed then", { exitCode: 1 }, { exitCode: 137 }, "container-exits", "app"],
  ["the app and the sidecar both fail", { exitCode: 1 }, { exitCode: 2 }, "container-exits", "app"],
  ["the app is killed and the sidecar ends well", { exitCode: 137 }, { exitCode: 0 }, "killed", "app"],
  ["the sidecar fails and the app is stopped then", { exitCode: 143 }, { exitCode: 2 }, "dependency-failed", "proxy"],
  ["the sidecar fails and the app ends well then", { exitCode: 0 }, { exitCode: 2 }, "dependency-failed", "proxy"],
  ["the sidecar ends and the app is stopped then", { exitCode: 143 }, { exitCode: 0 }, "dependency-failed", "proxy"],
  [
    "the app waits for a sidecar that fails",
    { exitCode: 143, reason: dependency },
    { exitCode: 1 },
    "dependency-failed",
    "proxy",
  ],
  [
    "the app waits for a sidecar that is never healthy",
    { exitCode: 143, reason: dependency },
    { exitCode: 137, healthStatus: "UNHEALTHY" },
    "dependency-failed",
    "proxy",
  ],
  ["the sidecar's command is not there", { exitCode: 143 }, { exitCode: 127 }, "invalid-command", "proxy"],
  [
    "the sidecar is out of memory",
    { exitCode: 143 },
    { exitCode: 137, reason: "OutOfMemoryError: container killed due to memory usage" },
    "out-of-memory",
    "proxy",
  ],
];
for (const [what, app, proxy, cause, culprit] of pairs) {
  test(`when ${what}, it is ${cause} of ${culprit}`, () => {
    const view: TaskView = {
      ...exited({}),
      containers: [
        { name: "proxy", ...proxy },
        { name: "app", ...app },
      ],
    };
    const diagnosis = diagnose(subject, [snapshot({ tasks: [view] })]);
    assert.equal(diagnosis.cause, cause);
    assert.equal(diagnosis.container, culprit);
    assert.match(diagnosis.evidence.join("\n"), /^container app: .*exit code/m);
    assert.match(diagnosis.evidence.join("\n"), /^sidecar proxy: .*exit code/m);
  });
}

const unhealthy = (reason: string, id = "aaaaaaaa") =>
  `(service s) (task ${id}) (port 5000) is unhealthy in (target-group arn:x) due to (reason ${reason}).`;
const checks: [reason: string, cause: string][] = [
  ["Health checks failed with these codes: [503]", "load-balancer-code"],
  ["Request timed out", "load-balancer-timeout"],
  ["Health checks failed", "load-balancer-port"],
];
const elb = stopped("ServiceSchedulerInitiated", "Task failed ELB health checks in (target-group arn:x)", {
  exitCode: 0,
});
for (const [reason, cause] of checks) {
  test(`the event that names the task has the load balancer's result: ${reason}`, () => {
    const events = [unhealthy(reason)];
    const diagnosis = diagnose(subject, [snapshot({ tasks: [elb], events })]);
    assert.equal(diagnosis.cause, cause);
    assert.equal(diagnosis.evidence.at(-1), events[0]);
  });
}

test("the load balancer's result for another deployment's task is not evidence about ours", () => {
  const events = [unhealthy("Request timed out", "bbbbbbbb")];
  const diagnosis = diagnose(subject, [snapshot({ tasks: [elb, oldTask()], events })]);
  assert.equal(diagnosis.cause, "load-balancer-health-check");
});
