import assert from "node:assert/strict";
import { test } from "node:test";
import type { ContainerView, TaskView } from "../../../lib/ecs/snapshot.js";
import { rolesIn } from "../../../lib/rollout/diagnose/container-roles.js";
import { diagnose } from "../../../lib/rollout/diagnose/diagnose.js";
import { snapshot, subject, task } from "../../support/snapshots.js";
import { exited } from "../../support/stopped-tasks.js";

const waits = (containerName: string, condition: string) => ({ dependsOn: [{ containerName, condition }] });
const roles = (proxy: object, app: object = {}) =>
  rolesIn({
    containerDefinitions: [
      { name: "proxy", ...proxy },
      { name: "app", ...app },
    ] as never,
  });
const ended = (app: Partial<ContainerView>, proxy: Partial<ContainerView>): TaskView => ({
  ...exited({}),
  containers: [
    { name: "proxy", ...proxy },
    { name: "app", ...app },
  ],
});
const diagnosed = (definition: ReturnType<typeof roles>, ...looks: TaskView[]) => {
  const snapshots = looks.map((one) => snapshot({ tasks: [one] }));
  const { cause, container } = diagnose(subject, snapshots, definition);
  return [cause, container];
};
const dependency = "dependency graph: failed to resolve container ordering dependency";

test("a sidecar that is not essential does not end the task; the app that exits 0 beside it does", () => {
  const view = ended({ exitCode: 0 }, { exitCode: 2 });
  assert.deepEqual(diagnosed(roles({ essential: false }), view), ["container-completes", "app"]);
  assert.deepEqual(diagnosed(roles({}), view), ["dependency-failed", "proxy"]);
});

test("a sidecar's exit 0 does not hide the app's failure, nor the app's exit 0 a sidecar's", () => {
  assert.deepEqual(diagnosed(roles({}), ended({ exitCode: 1 }, { exitCode: 0 })), ["container-exits", "app"]);
  assert.deepEqual(diagnosed(roles({}), ended({ exitCode: 0 }, { exitCode: 1 })), ["dependency-failed", "proxy"]);
});

test("the container observed to end first is the one that failed, regardless of the other's exit", () => {
  const running = (app: Partial<ContainerView>, proxy: Partial<ContainerView>) =>
    task({ arn: exited({}).arn, containers: ended(app, proxy).containers });
  const both = ended({ exitCode: 0 }, { exitCode: 1 });
  assert.deepEqual(diagnosed(roles({}), running({ exitCode: 0 }, {}), both), ["container-completes", "app"]);
  assert.deepEqual(diagnosed(roles({}), running({}, { exitCode: 1 }), both), ["dependency-failed", "proxy"]);
  const mirror = ended({ exitCode: 1 }, { exitCode: 0 });
  assert.deepEqual(diagnosed(roles({}), running({}, { exitCode: 0 }), mirror), ["dependency-failed", "proxy"]);
  assert.deepEqual(diagnosed(roles({ essential: false }), running({}, { exitCode: 0 }), mirror), [
    "container-exits",
    "app",
  ]);
});

const conditions: [condition: string, proxy: Partial<ContainerView>][] = [
  ["HEALTHY", { exitCode: 0 }],
  ["SUCCESS", { exitCode: 3 }],
  ["COMPLETE", {}],
  ["START", { reason: "CannotStartContainerError: no such user" }],
];
for (const [condition, proxy] of conditions) {
  test(`an app that waits for ${condition} of a container was held up by it, essential or not`, () => {
    const view = ended({ exitCode: 143, reason: dependency }, proxy);
    const [, container] = diagnosed(roles({ essential: false }, waits("proxy", condition)), view);
    assert.equal(container, "proxy");
  });
}

test("in a chain of dependencies the first container that does not meet its condition is named", () => {
  const definitions = [
    { name: "app", ...waits("proxy", "HEALTHY") },
    { name: "proxy", ...waits("migrate", "SUCCESS") },
    { name: "migrate", essential: false },
  ];
  const view: TaskView = {
    ...exited({}),
    containers: [{ name: "proxy" }, { name: "migrate", exitCode: 4 }, { name: "app", reason: dependency }],
  };
  assert.deepEqual(diagnosed(rolesIn({ containerDefinitions: definitions as never }), view), [
    "dependency-failed",
    "migrate",
  ]);
});
