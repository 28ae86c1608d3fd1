import assert from "node:assert/strict";
import { test } from "node:test";
import { abortDeployment, continueDeployment, listWaiting } from "../../ci/lib/rollout/hooks/continue-or-abort.js";
import { pause, shiftScene } from "./shift-scene.js";

const BLUE_GREEN = { strategy: "BLUE_GREEN", bakeTimeInMinutes: 5 };
const paused = (...stages: string[]) => ({ ...BLUE_GREEN, lifecycleHooks: stages.map((stage) => pause(stage)) });

async function waitingScene(...stages: string[]) {
  const scene = await shiftScene({ deploymentConfiguration: paused(...stages) });
  await scene.begin("v2.0.0");
  await scene.until(async () => (await scene.waiting()).length > 0);
  return scene;
}

test("continue goes on at the only hook that waits, and again at the next one", async () => {
  const scene = await waitingScene("POST_SCALE_UP", "POST_TEST_TRAFFIC_SHIFT");
  const [first = ""] = await scene.waiting();
  assert.match(await continueDeployment(scene.session), new RegExp(` continues at ${first}\\. The outcome: watch\\.$`));
  assert.match(scene.lines.join("\n"), new RegExp(`IN_PROGRESS, POST_SCALE_UP, 0 % of production traffic.\n${first}`));
  await scene.until(async () => (await scene.waiting()).length > 0);
  const [second = ""] = await scene.waiting();
  assert.notEqual(second, first);
  assert.match(await continueDeployment(scene.session, first), /has been continued already/);
  await continueDeployment(scene.session, second);
  await scene.until(async () => (await scene.newest()).status === "SUCCESSFUL");
});

test("several hooks that wait are listed, and neither continue nor abort chooses among them", async () => {
  const scene = await waitingScene("POST_SCALE_UP", "POST_SCALE_UP");
  const [first = "", second = ""] = await scene.waiting();
  for (const act of [continueDeployment, abortDeployment]) {
    await assert.rejects(act(scene.session), (error: { code?: string; message: string }) => {
      assert.equal(error.code, "several-hooks-wait");
      assert.ok(error.message.includes(first) && error.message.includes(second), error.message);
      return true;
    });
  }
  await assert.rejects(continueDeployment(scene.session, "ecs-pause-0"), { code: "no-such-hook" });
  assert.ok((await listWaiting(scene.session)).includes(first));
  assert.match(await listWaiting(scene.session), /roll back until \S+Z, then ECS rolls back\.$/);
  assert.match(await continueDeployment(scene.session, first), new RegExp(`It still waits at ${second}\\.$`));
  assert.deepEqual(await scene.waiting(), [second]);
  await abortDeployment(scene.session, second);
  assert.match((await scene.newest()).status, /^ROLLBACK_/);
});

test("abort rolls back at the hook that waits", async () => {
  const scene = await waitingScene("POST_TEST_TRAFFIC_SHIFT");
  const [hook] = await scene.waiting();
  assert.match(await abortDeployment(scene.session), new RegExp(` rolls back at ${hook}\\.`));
  assert.match(await abortDeployment(scene.session), /is being ended already \(ROLLBACK_/);
  await scene.until(async () => (await scene.newest()).status === "ROLLBACK_SUCCESSFUL");
  assert.match((await scene.newest()).statusReason, /POST_TEST_TRAFFIC_SHIFT lifecycle hook\(s\) failed/);
});

for (const configuration of [BLUE_GREEN, { strategy: "ROLLING" }]) {
  test(`abort rolls back a ${configuration.strategy} deployment in which no hook waits`, async () => {
    const scene = await shiftScene({ deploymentConfiguration: configuration });
    await scene.begin("v2.0.0");
    await assert.rejects(continueDeployment(scene.session), { code: "nothing-waits", exitCode: 2 });
    assert.match(await abortDeployment(scene.session), /rolls back: no hook waits/);
    await scene.until(async () => (await scene.newest()).status === "ROLLBACK_SUCCESSFUL");
    assert.match((await scene.newest()).statusReason, /by user/);
  });
}

test("with nothing in flight nothing is changed, and that is stated", async () => {
  const { session, newest } = await shiftScene();
  assert.match(await listWaiting(session), /^No deployment of service "web" is in flight\. Nothing was changed\.$/);
  await assert.rejects(continueDeployment(session), { code: "nothing-waits" });
  await assert.rejects(abortDeployment(session), { code: "nothing-in-flight", message: /To return .*: rollback\./ });
  assert.equal((await newest()).status, "SUCCESSFUL");
});

test("a denied action is named", async () => {
  const scene = await shiftScene({
    deploymentConfiguration: paused("PRE_SCALE_UP"),
    deny: ["ecs:ContinueServiceDeployment"],
  });
  await scene.begin("v2.0.0");
  await assert.rejects(continueDeployment(scene.session), { action: "ecs:ContinueServiceDeployment", exitCode: 2 });
  assert.equal((await scene.waiting()).length, 1);
});

test("a call whose answer is lost counts as executed once the hook shows it", async () => {
  const scene = await waitingScene("POST_SCALE_UP");
  const { ecs } = scene.session.aws;
  const send = async (command: object, options: object) => {
    const answer = await ecs.send(command as never, options as never);
    if (command.constructor.name !== "ContinueServiceDeploymentCommand") return answer;
    throw Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });
  };
  const aws = { ...scene.session.aws, ecs: { send: send as never } };
  assert.match(await continueDeployment({ ...scene.session, aws }), / continues at /);
  assert.deepEqual(await scene.waiting(), []);
});
