import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { formatHistory } from "../../../lib/report/history-text.js";
import { outcomeOf } from "../../../lib/rollout/history/deployment-record.js";
import { readHistory } from "../../../lib/rollout/history/read-history.js";
import { run } from "../../../lib/rollout/run.js";
import { directAws } from "../../support/direct-aws.js";
import {
  newDigest,
  oldDigest,
  release,
  revisionArn,
  type Story,
  scriptedEcs,
  target,
} from "../../support/scripted-ecs.js";
import { serviceDeployment } from "../../support/snapshots.js";
import { crashLoop, set } from "../../support/stories.js";
import { virtualClock } from "../../support/virtual-clock.js";

async function scene(_: TestContext, story: Story) {
  const clock = virtualClock();
  const { world, script } = scriptedEcs(clock, story);
  const fake = directAws(script);
  const session = { aws: fake.aws, target, clock, progress: () => {} };
  return { world, session };
}

test("the history has version, digest, author and outcome of each deployment, the newest first", async (t) => {
  const { world, session } = await scene(t, crashLoop("old-id"));
  await run({ ...session, release: { ...release, commit: "c0ffee" } });
  set(world.taskDefinitions.get(revisionArn(8))?.taskDefinition, {
    registeredBy: "arn:aws:sts::123456789012:assumed-role/deploy/ci",
  });
  const [failed, first, ...rest] = await readHistory(session, 10);
  assert.deepEqual(rest, []);
  assert.equal(failed?.ending, "rolled-back");
  assert.equal(failed.version, "v1.1.0");
  assert.equal(failed.digest, newDigest);
  assert.equal(failed.who, "assumed-role/deploy/ci");
  assert.equal(failed.commit, "c0ffee");
  assert.equal(first?.ending, "deployed");
  assert.equal(first.version, "v1.0.0");
  assert.equal(first.digest, oldDigest);
  const text = formatHistory([failed, first]).split("\n");
  assert.match(
    text[1] ?? "",
    /rolled-back +v1\.1\.0 +service:8 +sha256:111111111111 +assumed-role\/deploy\/ci +c0ffee$/,
  );
});

test("no more deployments are returned than the limit", async (t) => {
  const { session } = await scene(t, crashLoop("old-id"));
  await run({ ...session, release });
  assert.deepEqual(
    (await readHistory(session, 1)).map(({ version }) => version),
    ["v1.1.0"],
  );
});

test("a deployment whose revision was deleted is shown without its version", async (t) => {
  const { world, session } = await scene(t, []);
  world.taskDefinitions.clear();
  const [first] = await readHistory(session, 10);
  assert.equal(first?.version, undefined);
  assert.match(formatHistory([first ?? assert.fail()]), /deployed +- +service:7/);
});

test("a service without deployments shows how far back ECS keeps them", () => {
  assert.match(formatHistory([]), /90 days/);
});

for (const [status, more, ending] of [
  ["SUCCESSFUL", {}, "deployed"],
  ["ROLLBACK_SUCCESSFUL", {}, "rolled-back"],
  ["ROLLBACK_FAILED", {}, "failed"],
  ["STOPPED", { statusReason: "Replaced by a new service deployment." }, "superseded"],
  ["STOPPED", { breaker: { status: "TRIGGERED", failureCount: 3, threshold: 3 } }, "failed"],
  ["STOPPED", {}, "stopped"],
  ["IN_PROGRESS", {}, "unfinished"],
  ["MEDITATING", {}, "unfinished"],
] as const) {
  test(`${status} ${JSON.stringify(more)} is shown as ${ending}`, () => {
    assert.equal(outcomeOf(serviceDeployment(status, more)), ending);
  });
}
