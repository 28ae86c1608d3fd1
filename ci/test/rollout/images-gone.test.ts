/** Images missing in ECR, on every rollback path: ECS's own, the automatic rollback, and the `rollback` command. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultSettings } from "../../lib/rollout/plan/deploy-settings.js";
import type { DirectAws } from "../support/direct-aws.js";
import { Fault } from "../support/fake-aws.js";
import { rollbackScene } from "../support/rollback-scene.js";
import { oldDigest, repository, revisionArn, target } from "../support/scripted-ecs.js";
import { wrongVersionScene } from "../support/wrong-version-scene.js";

const digestOf = (digit: string) => `sha256:${digit.repeat(64)}`;

/** ECR without the images of these digests. */
function without(fake: DirectAws, ...digests: string[]): void {
  fake.script.DescribeRepositories = () => ({ repositories: [{ repositoryUri: repository }] });
  fake.script.DescribeImages = ({ imageIds }) => {
    const [{ imageDigest = "" } = {}] = imageIds as { imageDigest?: string }[];
    return digests.includes(imageDigest)
      ? new Fault("ImageNotFoundException", "not there")
      : { imageDetails: [{ imageDigest, imageStatus: "ACTIVE" }] };
  };
}

test("a rollback skips a revision that can't be started any more, and shows it", async (t) => {
  const { fake, lines, deploy, back } = await rollbackScene(t);
  await deploy("v1.1.0", "1");
  await deploy("v1.2.0", "2");
  without(fake, digestOf("1"));
  const report = await back();
  assert.equal(report.verdict, "deployed");
  assert.equal(report.release.version, "v1.0.0");
  assert.ok(lines.includes(`Skipping service:8: ${repository}@${digestOf("1")} is not in ECR, or can't be pulled.`));
});

test("an archived image can't be started either", async (t) => {
  const { fake, deploy, back } = await rollbackScene(t);
  await deploy("v1.1.0", "1");
  await deploy("v1.2.0", "2");
  without(fake);
  const describe = fake.script.DescribeImages;
  fake.script.DescribeImages = (input) => {
    const isArchived = JSON.stringify(input.imageIds).includes(digestOf("1"));
    return isArchived ? { imageDetails: [{ imageStatus: "ARCHIVED" }] } : (describe?.(input) ?? {});
  };
  assert.equal((await back()).release.version, "v1.0.0");
});

test("an image that can't be read is not skipped", async (t) => {
  const { deploy, back } = await rollbackScene(t);
  await deploy("v1.1.0", "1");
  await deploy("v1.2.0", "2");
  assert.equal((await back()).release.version, "v1.1.0");
});

test("a rollback without a revision that can be started is refused before anything is changed", async (t) => {
  const { fake, deploy, back } = await rollbackScene(t);
  await deploy("v1.1.0", "1");
  without(fake, oldDigest);
  await assert.rejects(back(), {
    code: "nothing-startable",
    exitCode: 2,
    message: /of every successful release an image is missing in ECR.*service:7/,
  });
  assert.equal(fake.sent("RegisterTaskDefinition").length, 1);
});

test("a rollback to a revision whose image is missing is refused, and another target is named", async (t) => {
  const { fake, deploy, back } = await rollbackScene(t);
  await deploy("v1.1.0", "1");
  await deploy("v1.2.0", "2");
  without(fake, digestOf("1"));
  for (const to of ["service:8", "v1.1.0"]) {
    await assert.rejects(back({ to }), {
      code: "image-missing",
      exitCode: 2,
      message: new RegExp(`^service:8 can't be started: .*${digestOf("1")}.*rollback --to service:7\\.`),
    });
  }
  without(fake, digestOf("1"), oldDigest);
  await assert.rejects(back({ to: "v1.1.0" }), { message: /No other successful release can be started either/ });
  assert.equal(fake.sent("RegisterTaskDefinition").length, 2);
});

test("a rollback that ignores a missing image goes to its target", async (t) => {
  const { fake, deploy, back } = await rollbackScene(t);
  await deploy("v1.1.0", "1");
  await deploy("v1.2.0", "2");
  without(fake, digestOf("1"));
  const settings = { ...defaultSettings, ignore: ["image-missing" as const] };
  assert.equal((await back({ settings })).release.version, "v1.1.0");
});

test("a rollout that is proven wrong is not rolled back to a revision that can't be started, and the report names the image", async (t) => {
  const { fake, roll } = await wrongVersionScene(t);
  without(fake, oldDigest);
  const report = await roll();
  assert.equal(report.verdict, "failed");
  assert.match(
    String(report.undo?.refused),
    new RegExp(`^service:7 can't be started: ${repository}@${oldDigest} is not`),
  );
  assert.match(report.reason, new RegExp(`It was not rolled back: service:7 can't be started: .*${oldDigest}`));
  assert.equal(fake.sent("UpdateService").length, 1);
});

test("a rollout that is proven wrong is rolled back to the last good release that can be started", async (t) => {
  const { fake, world, lines, roll } = await wrongVersionScene(t);
  const seven = world.taskDefinitions.get(revisionArn(7));
  const digest = digestOf("6");
  world.taskDefinitions.set(revisionArn(6), {
    tags: [],
    taskDefinition: {
      ...seven?.taskDefinition,
      taskDefinitionArn: revisionArn(6),
      revision: 6,
      containerDefinitions: [
        { name: "app", image: `${repository}@${digest}`, environment: [{ name: "VERSION", value: "v0.9.0" }] },
      ],
    },
  });
  world.serviceDeployments.push({
    serviceDeploymentArn: `arn:aws:ecs:us-west-2:123456789012:service-deployment/${target.cluster}/${target.service}/sd0`,
    createdAt: world.now() - 3600,
    status: "SUCCESSFUL",
    taskDefinition: revisionArn(6),
  });
  without(fake, oldDigest);
  const report = await roll();
  assert.equal(report.undo?.to?.version, "v0.9.0");
  assert.ok(lines.some((line) => line.includes("service:6 is the last successful revision that can be started")));
});
