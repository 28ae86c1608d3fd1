import assert from "node:assert/strict";
import { test } from "node:test";
import { formatReport } from "../../ci/lib/report/report-text.js";
import { drills } from "../drills/catalogue/index.js";
import type { Scenario } from "../scenario/scenario.js";
import { simulate } from "../virtual/simulate.js";

const pullError =
  "CannotPullContainerError: pull image manifest has been retried 7 time(s): failed to resolve ref IMAGE: IMAGE: not found";
/** The new version crashes, and the old one, whose task has ended for it, has lost its image. */
const gone: Scenario = {
  service: { minimumHealthyPercent: 0, maximumPercent: 100 },
  before: { tasks: [{}, { pullError }] },
  release: { tasks: [{ exit: { after: 500, code: 1 } }] },
  interventions: [{ at: 0, from: "start", do: "stop-task", version: "v1.0.0", count: 1 }],
};

for (const rollbackId of ["old", "new"] as const) {
  for (const deny of [[], ["ecs:ListServiceDeployments"]]) {
    const where = `${rollbackId} id${deny.length > 0 ? ", without the newer APIs" : ""}`;
    test(`a rollback that fails on a missing image names that as its cause (${where})`, async () => {
      const { report } = await simulate({ ...gone, aws: { rollbackId, deny } }, 7);
      assert.equal(report?.verdict, "failed");
      assert.equal(report.diagnosis?.cause, "container-exits");
      assert.equal(report.wayBack?.cause, "image-missing");
      assert.match(formatReport(report), /web:1, the rollback target, does not run\. Cause: the image does not exist/);
      assert.match(String(report.next), /the rollback target can't be started either/);
    });
  }
}

for (const [name, cause] of [
  ["canary-rollback-without-the-old-image", "image-missing"],
  ["linear-rollback-loses-its-tasks", "image-missing"],
  ["canary-rollback-without-capacity", "no-capacity"],
]) {
  test(`a failed rollback of traffic shifts names what stopped the old tasks beside its own cause (${name})`, async () => {
    const drill = drills.find((one) => one.name === name);
    assert.ok(drill);
    const { report } = await simulate(drill.scenario, 1);
    assert.deepEqual(
      [report?.verdict, report?.diagnosis?.cause, report?.wayBack?.cause],
      ["failed", drill.cause, cause],
    );
    assert.match(String(report?.reason), /^The rollback failed too; the service may be degraded\./);
    assert.match(String(report?.next), /the rollback target can't be started either/);
  });
}

test("a rollback that ends well has no cause of its own, though old tasks failed before it", async () => {
  const { report } = await simulate(
    {
      release: { tasks: [{ exit: { after: 500, code: 1 } }] },
      interventions: [{ at: 0, from: "start", do: "crash", version: "v1.0.0", count: 1 }],
    },
    7,
  );
  assert.equal(report?.verdict, "rolled-back");
  assert.equal(report.wayBack, undefined);
});

test("an automatic rollback with a missing image is refused with the image's name, and another good release is deployed", async () => {
  const wrong: Scenario = {
    before: { versions: ["v0.9.0", "v1.0.0"] },
    release: { tasks: [{ serves: { version: "v0.0.1" } }] },
    others: { "v1.0.0": { image: { exists: false } } },
    deployer: { http: true },
  };
  const { report, serves } = await simulate(wrong, 7);
  assert.equal(report?.verdict, "rolled-back");
  assert.equal(report.undo?.to?.version, "v0.9.0");
  assert.deepEqual(serves, { "v0.9.0": 1 });
  const alone = await simulate({ ...wrong, before: {} }, 7);
  assert.equal(alone.report?.verdict, "failed");
  assert.match(
    alone.report.reason,
    /It was not rolled back: web:1 can't be started: .*@sha256:[0-9a-f]{64} is not in ECR/,
  );
});
