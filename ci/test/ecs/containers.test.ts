import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../lib/aws/raw-task-definition.js";
import { platformOf, runningOf } from "../../lib/ecs/containers.js";
import { newDigest, oldDigest, repository, revisionArn } from "../support/scripted-ecs.js";

/** Returns the version that is read from a revision, and its source. */
function read(container: JsonObject, tags: Record<string, string> = {}, versionVariable?: string | false) {
  const app = { name: "app", image: `${repository}@${newDigest}`, ...container };
  const { version, versionFrom } = runningOf(
    {
      taskDefinition: { taskDefinitionArn: revisionArn(7), containerDefinitions: [app] },
      tags: Object.entries(tags).map(([key, value]) => ({ key, value })),
    },
    { container: "app", ...(versionVariable !== undefined && { versionVariable }) },
  );
  return versionFrom ? [version, versionFrom] : version;
}

const environment = [
  { name: "VERSION", value: "v1" },
  { name: "APP_VERSION", value: "v2" },
];
const tagged = { "slipway:version": "v3", "slipway:digest": newDigest };

test("the version is the value of VERSION, or of the variable that the target names", () => {
  assert.equal(read({ environment }, tagged), "v1");
  assert.equal(read({ environment }, tagged, "APP_VERSION"), "v2");
});

test("where no variable carries the version, it is that of the revision's tag", () => {
  assert.equal(read({ environment }, tagged, false), "v3");
  assert.equal(read({ environment }, tagged, "RELEASE"), "v3");
  assert.equal(read({}, tagged), "v3");
});

test("a tag that was made for another image names no version", () => {
  assert.equal(read({}, { ...tagged, "slipway:digest": oldDigest }), undefined);
  assert.equal(read({ image: `${repository}:v4` }, { "slipway:version": "v3" })?.[0], "v4");
});

test("where nothing else names the version, the image's tag does, unless it is one that moves", () => {
  assert.deepEqual(read({ image: `${repository}:9f3c2ab` }), ["9f3c2ab", "image-tag"]);
  assert.deepEqual(read({ image: `${repository}:v4@${newDigest}` }), ["v4", "image-tag"]);
  for (const image of [`${repository}:latest`, `${repository}:Stable`, repository, `${repository}@${newDigest}`])
    assert.equal(read({ image }), undefined, image);
});

test("a task without a runtimePlatform runs on Linux on X86_64", () => {
  assert.equal(platformOf({}), "linux/amd64");
  assert.equal(
    platformOf({ runtimePlatform: { cpuArchitecture: "ARM64", operatingSystemFamily: "LINUX" } }),
    "linux/arm64",
  );
  assert.equal(platformOf({ runtimePlatform: { operatingSystemFamily: "WINDOWS_SERVER_2022_CORE" } }), "windows/amd64");
});
