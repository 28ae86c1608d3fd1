import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Service } from "@aws-sdk/client-ecs";
import type { JsonObject } from "../../../../lib/aws/raw-task-definition.js";
import type { ReadableDeployments } from "../../../../lib/ecs/service-deployments.js";
import {
  type RollbackRevision,
  readRollbackRevision,
  returnImages,
} from "../../../../lib/rollout/preflight/checks/rollback-revision.js";
import { type ContainerImage, imageReader } from "../../../../lib/rollout/preflight/ecr-images.js";
import { facts, inShort } from "../../../support/facts.js";
import { Fault, fakeAws, type Script } from "../../../support/fake-aws.js";
import { oldDigest, repository, revisionArn, target } from "../../../support/scripted-ecs.js";
import { virtualClock } from "../../../support/virtual-clock.js";

const image = `${repository}@${oldDigest}`;
const running = { taskDefinition: revisionArn(7), image, digest: oldDigest, version: "v1.0.0" };
const completed: Service = {
  deployments: [{ status: "PRIMARY", rolloutState: "COMPLETED", taskDefinition: revisionArn(7) }],
};
const failed: Service = {
  deployments: [{ status: "PRIMARY", rolloutState: "FAILED", taskDefinition: revisionArn(7) }],
};

interface Scene {
  service?: Service;
  current?: JsonObject;
  deployments?: ReadableDeployments;
}

async function scene(t: TestContext, script: Script, { service = completed, current, deployments }: Scene = {}) {
  const fake = await fakeAws({ DescribeImages: () => ({ imageDetails: [{ imageDigest: oldDigest }] }), ...script });
  t.after(() => fake.close());
  const session = { aws: fake.aws, target, clock: virtualClock(), progress: () => {} };
  const past = { service, running, current, deployments: deployments ?? { listed: [] } };
  return { fake, read: await readRollbackRevision(session, past, imageReader(session, repository)) };
}
const gone = () => new Fault("ImageNotFoundException", "not there");
const found = (read: Awaited<ReturnType<typeof scene>>["read"]) => {
  assert.ok("value" in read, JSON.stringify(read));
  return read.value as RollbackRevision;
};
const presence = ({ images }: RollbackRevision) =>
  images.map(({ container, state }) => [container, "value" in state && state.value !== undefined]);

test("the rollback target is the service's current revision, whose images are each read once", async (t) => {
  const current = {
    containerDefinitions: [
      { name: "app", image },
      { name: "worker", image },
      { name: "proxy", image: "210987654321.dkr.ecr.us-west-2.amazonaws.com/proxy:1.2" },
    ],
  };
  const { fake, read } = await scene(t, {}, { current });
  assert.equal(found(read).taskDefinition, revisionArn(7));
  assert.deepEqual(presence(found(read)), [
    ["app", true],
    ["worker", true],
    ["proxy", true],
  ]);
  const requested = fake.sent("DescribeImages").map(({ registryId, imageIds }) => [registryId, imageIds]);
  assert.deepEqual(requested, [
    [target.account, [{ imageDigest: oldDigest }]],
    ["210987654321", [{ imageTag: "1.2" }]],
  ]);
});

test("an image that ECR does not have any more is absent", async (t) => {
  const { read } = await scene(t, { DescribeImages: gone });
  assert.deepEqual(presence(found(read)), [["app", false]]);
});

test("where the current revision never completed, the completed deployment that is still listed counts", async (t) => {
  const kept = { status: "ACTIVE", rolloutState: "COMPLETED" as const, taskDefinition: revisionArn(6) };
  const service = { deployments: [...(failed.deployments ?? []), kept] };
  const taskDefinition = {
    taskDefinitionArn: revisionArn(6),
    containerDefinitions: [{ name: "app", image: `${repository}:v0.9.0` }],
  };
  const { fake, read } = await scene(t, { DescribeTaskDefinition: () => ({ taskDefinition }) }, { service });
  assert.equal(found(read).taskDefinition, revisionArn(6));
  assert.deepEqual(fake.sent("DescribeImages")[0]?.imageIds, [{ imageTag: "v0.9.0" }]);
});

test("where none is listed any more, the last successful deployment counts, with the digests of its tags at that time", async (t) => {
  const script: Script = {
    ListServiceDeployments: () => ({
      serviceDeployments: [
        { status: "SUCCESSFUL", createdAt: 1, targetServiceRevisionArn: "arn:sr1" },
        { status: "SUCCESSFUL", createdAt: 2, targetServiceRevisionArn: "arn:sr2" },
      ],
    }),
    DescribeServiceRevisions: (input) => ({
      serviceRevisions: (input.serviceRevisionArns as string[]).map((serviceRevisionArn) => ({
        serviceRevisionArn,
        taskDefinition: revisionArn(5),
        containerImages: [{ containerName: "app", image: `${repository}:v0.9.0`, imageDigest: oldDigest }],
      })),
    }),
    DescribeImages: gone,
  };
  const { fake, read } = await scene(t, script, { service: failed });
  assert.deepEqual(fake.sent("DescribeServiceRevisions")[0]?.serviceRevisionArns, ["arn:sr2"]);
  assert.deepEqual(fake.sent("DescribeImages")[0]?.imageIds, [{ imageDigest: oldDigest }]);
  assert.deepEqual(presence(found(read)), [["app", false]]);
});

test("a deployment that ended well, by the list, makes the current revision the rollback target while old tasks drain", async (t) => {
  const service = { deployments: [{ status: "PRIMARY", rolloutState: "IN_PROGRESS" as const }] };
  const listed = [{ arn: "sd", status: "SUCCESSFUL", createdAt: 0, taskDefinition: revisionArn(7) }];
  const { read } = await scene(t, {}, { service, deployments: { listed } });
  assert.equal(found(read).taskDefinition, revisionArn(7));
});

test("where no deployment ever completed there is no target, and without permission it is unknown", async (t) => {
  const none = await scene(t, { ListServiceDeployments: () => ({ serviceDeployments: [] }) }, { service: failed });
  assert.deepEqual(none.read, { value: undefined });
  const denied = () => new Fault("AccessDeniedException", "not authorized to perform: ecs:ListServiceDeployments on x");
  const unread = await scene(t, { ListServiceDeployments: denied }, { service: failed });
  assert.deepEqual(unread.read, { unknown: "ecs:ListServiceDeployments is not permitted" });
});

const state = (one: ContainerImage["state"]) =>
  returnImages(
    facts({
      rollbackRevision: {
        value: { taskDefinition: revisionArn(7), version: "v1.0.0", images: [{ container: "app", image, state: one }] },
      },
    }),
  );

test("an image of the rollback target that is missing or inactive is a warning that names it", () => {
  const [missing] = state({ value: undefined });
  assert.deepEqual([missing?.level, missing?.id], ["warning", "return-image-missing"]);
  assert.ok(missing?.what.includes(image) && missing.what.includes("service:7 (v1.0.0)"));
  const [archived] = state({ value: { tags: [], status: "ARCHIVED" } });
  assert.match(String(archived?.what), /is ARCHIVED in ECR/);
  assert.match(String(archived?.fix), new RegExp(`imageDigest=${oldDigest}`));
});

test("an image of the rollback target that exists is fine, and one that can't be read is not checked", () => {
  assert.deepEqual(state({ value: { tags: [], status: "ACTIVE" } }), []);
  assert.deepEqual(inShort(state({ unknown: "ecr:DescribeImages is not permitted" })), [
    "not-checked return-image-missing",
  ]);
  assert.deepEqual(inShort(returnImages(facts({ rollbackRevision: { unknown: "no" } }))), [
    "not-checked return-image-missing",
  ]);
  assert.deepEqual(returnImages(facts({ rollbackRevision: { value: undefined } })), []);
});
