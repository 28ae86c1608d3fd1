import assert from "node:assert/strict";
import { test } from "node:test";
import { ownEvents } from "../../../lib/rollout/diagnose/own-events.js";
import { base, deployment, oldTask, snapshot, subject, task } from "../../support/snapshots.js";

const tasks = [task(), oldTask()];
const was = (message: string, at = 2000) => ({ id: message, at, message });
const look = (events: ReturnType<typeof was>[], deployments = [deployment()]) => {
  const seen = snapshot({ tasks, deployments });
  return { ...seen, service: { ...seen.service, events } };
};
const messages = (...looks: ReturnType<typeof look>[]) => ownEvents(subject, looks).map(({ message }) => message);

const whose: [event: string, isOurs: boolean][] = [
  ["(service s) (task aaaaaaaa) failed container health checks.", true],
  ["(service s) (task bbbbbbbb) failed container health checks.", false],
  ["(service s) (task cccccccc) failed container health checks.", false],
  ["(service s) (deployment ecs-svc/2) deployment failed: tasks failed to start.", true],
  ["(service s) (deployment ecs-svc/3) deployment failed: tasks failed to start.", false],
  ["(service s) could not launch 3 tasks for deployment ecs-svc/3.", false],
  ["(service s) was unable to place a task. Reason: Internal error.", true],
  ["(service s) was unable to reach steady state because (taskSet ecs-svc/1) was unable to scale in", true],
];
for (const [event, isOurs] of whose) {
  test(`${event} ${isOurs ? "is an event of ours" : "is another's"}`, () => {
    assert.deepEqual(messages(look([was(event)])), isOurs ? [event] : []);
  });
}

const nameless = "(service s) was unable to place a task. Reason: Internal error.";

test("an event from before our deployment began is not ours", () => {
  assert.deepEqual(messages(look([was(nameless, 999)])), []);
  assert.deepEqual(messages(look([was(nameless, 1000)])), [nameless]);
});

test("events between a revision's registration and its deployment are not ours", () => {
  const early = [was(nameless, 500)];
  assert.deepEqual(ownEvents({ ...subject, registeredAt: 100 }, [look(early)]), []);
});

test("an event that names no deployment is not ours once another deployment is PRIMARY", () => {
  const back = [deployment({ id: "ecs-svc/1", taskDefinition: base, createdAt: 5000 })];
  const events = [was("(service s) late.", 5000), was(nameless, 4999)];
  assert.deepEqual(messages(look([]), look(events, back)), [nameless]);
});

test("each event is returned once, the newest first", () => {
  const [older, newer] = [was("(service s) older.", 2000), was("(service s) newer.", 3000)];
  assert.deepEqual(messages(look([older]), look([newer, older])), [newer.message, older.message]);
});
