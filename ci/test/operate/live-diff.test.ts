import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../lib/aws/raw-task-definition.js";
import { readService } from "../../lib/ecs/service.js";
import { diffLive } from "../../lib/operate/live-diff.js";
import { diffJson, formatDiff } from "../../lib/report/diff-text.js";
import { directAws } from "../support/direct-aws.js";
import { revisionArn, scriptedEcs, target, update, type World } from "../support/scripted-ecs.js";
import { virtualClock } from "../support/virtual-clock.js";

/** @param settings Members of the service revision, by the task definition's number. */
function scene(settings: (revision: string) => JsonObject = () => ({})) {
  const clock = virtualClock();
  const { world, script } = scriptedEcs(clock);
  const fake = directAws({
    ...script,
    DescribeServiceRevisions: (input) => ({
      serviceRevisions: (input.serviceRevisionArns as string[]).map((arn) => ({
        serviceRevisionArn: arn,
        taskDefinition: arn.slice("revision-of/".length),
        ...settings(arn.split(":").at(-1) ?? ""),
      })),
    }),
  });
  world.taskDefinitions.get(revisionArn(7))?.tags.push({ key: "slipway:verb", value: "deploy" });
  const session = { aws: fake.aws, target, clock, progress: () => {} };
  return { world, diff: async () => await diffLive(session, await readService(fake.aws, target)) };
}

/** A user registers a changed copy of the running revision and updates the service to it. */
function changeByHand(world: World, change: (definition: JsonObject, app: JsonObject) => void): void {
  const { taskDefinition } = structuredClone(world.taskDefinitions.get(revisionArn(7)) ?? assert.fail());
  const [app] = taskDefinition.containerDefinitions as [JsonObject];
  change(taskDefinition, app);
  const answered = {
    taskDefinitionArn: revisionArn(8),
    revision: 8,
    registeredBy: "arn:aws:iam::123456789012:user/alice",
  };
  world.taskDefinitions.set(revisionArn(8), { taskDefinition: { ...taskDefinition, ...answered }, tags: [] });
  update(world, revisionArn(8));
}

test("a service that runs the release's own revision has no differences", async () => {
  const { diff } = scene();
  const found = await diff();
  assert.deepEqual([found.taskDefinition, found.service], [[], []]);
  const text = formatDiff(found);
  assert.match(text, /^release {2}v1\.0\.0, service:7, deployed 2026-01-01T00:00:00Z$/m);
  assert.match(text, /^live {5}service:7, the release's own$/m);
  assert.match(text, /Nothing was changed since the release\./);
  assert.equal(JSON.parse(diffJson(found)).isUnchanged, true);
});

test("changes by hand are listed by their path, without image and version, and without values of variables", async () => {
  const { world, diff } = scene();
  changeByHand(world, (definition, app) => {
    definition.memory = "1024";
    app.image = "other:1";
    app.environment = [
      { name: "DEBUG", value: "s3cret" },
      { name: "VERSION", value: "v9" },
      { name: "PASSWORD", value: "changed-s3cret" },
    ];
    app.command = ["serve", "--debug"];
    delete app.logConfiguration;
  });
  const found = await diff();
  assert.deepEqual(found.taskDefinition, [
    { path: "containerDefinitions/app/command", to: '["serve","--debug"]' },
    { path: "containerDefinitions/app/environment/DEBUG/name", to: '"DEBUG"' },
    { path: "containerDefinitions/app/environment/DEBUG/value", to: "a value" },
    { path: "containerDefinitions/app/environment/PASSWORD/value", from: "a value", to: "another value" },
    { path: "containerDefinitions/app/logConfiguration/logDriver", from: '"awslogs"' },
    { path: "containerDefinitions/app/logConfiguration/options/awslogs-group", from: '"/app"' },
    { path: "containerDefinitions/app/logConfiguration/options/awslogs-region", from: '"us-west-2"' },
    { path: "containerDefinitions/app/logConfiguration/options/awslogs-stream-prefix", from: '"ecs"' },
    { path: "memory", to: '"1024"' },
  ]);
  const text = formatDiff(found);
  assert.match(text, /^live {5}service:8 by user\/alice$/m);
  assert.match(text, /^ {2}\+ memory: "1024"$/m);
  assert.match(text, /^ {2}- containerDefinitions\/app\/logConfiguration\/logDriver: "awslogs"$/m);
  assert.doesNotMatch(text + diffJson(found), /s3cret/);
});

test("a list in another order is no difference, and neither is an empty one", async () => {
  const { world, diff } = scene();
  changeByHand(world, (definition, app) => {
    app.environment = [...(app.environment as JsonObject[])].reverse();
    definition.volumes = [];
  });
  assert.deepEqual((await diff()).taskDefinition, []);
});

test("settings of the service that changed since the release are listed", async () => {
  const { world, diff } = scene((revision) => ({ platformVersion: revision === "7" ? "1.4.0" : "LATEST" }));
  changeByHand(world, () => {});
  assert.deepEqual((await diff()).service, [{ path: "platformVersion", from: '"1.4.0"', to: '"LATEST"' }]);
});

test("without a release of Slipway there is nothing to compare with", async () => {
  const { world, diff } = scene();
  world.taskDefinitions.get(revisionArn(7))?.tags.splice(0);
  await assert.rejects(diff(), /no release to compare with: none of the last 1 deployments/);
});
