import assert from "node:assert/strict";
import { test } from "node:test";
import type { Container, Directory } from "@dagger.io/dagger";
import { type BuildSettings, buildOf } from "../../lib/image/build-options.js";
import { runtimeImage } from "../../lib/image/image.js";

/** Builds an image and records the engine calls instead of making them. */
async function madeWith(settings: BuildSettings): Promise<string[]> {
  const made: string[] = [];
  const container = {
    withEnvVariable: (name: string, value: string) => recorded(`ENV ${name}=${value}`),
    withLabel: (name: string, value: string) => recorded(`LABEL ${name}=${value}`),
  };
  const recorded = (line: string) => {
    made.push(line);
    return container as unknown as Container;
  };
  const directory = { dockerBuild: () => container } as unknown as Directory;
  const nothing = {
    dockerfile: undefined,
    stage: undefined,
    buildArg: undefined,
    buildSecret: undefined,
    platform: undefined,
  };
  await runtimeImage(
    buildOf(nothing, settings, () => directory),
    "v1.2.3",
    { a: "b" },
  );
  return made;
}

test("an image holds its version in VERSION, in the variable that the target names, or in none", async () => {
  assert.deepEqual(await madeWith({}), ["ENV VERSION=v1.2.3", "LABEL a=b"]);
  assert.deepEqual(await madeWith({ versionVariable: "APP_VERSION" }), ["ENV APP_VERSION=v1.2.3", "LABEL a=b"]);
  assert.deepEqual(await madeWith({ versionVariable: false }), ["LABEL a=b"]);
});
