import assert from "node:assert/strict";
import { test } from "node:test";
import type { Container, Directory, Secret } from "@dagger.io/dagger";
import { checkPublish, type PublishOptions } from "../../lib/commands/publish.js";

const image = {} as Container;
const noBuild = { dockerfile: undefined, stage: undefined, buildArg: undefined, buildSecret: undefined };

/** Returns the arguments of a publish of a ready image, plus the given build arguments. */
function options({ build, ...changes }: Partial<PublishOptions> = {}): PublishOptions {
  const given = { version: "v1.0.0", app: undefined, allowDirty: undefined, image, ...changes };
  return { ...given, build: { ...noBuild, platform: undefined, ...build } } as PublishOptions;
}

for (const [given, name] of [
  [{ app: {} as Directory }, "--app"],
  [{ build: { dockerfile: "Dockerfile" } }, "--dockerfile"],
  [{ build: { stage: "web" } }, "--stage"],
  [{ build: { buildArg: ["A=b"] } }, "--build-arg"],
  [{ build: { buildSecret: [{} as Secret] } }, "--build-secret"],
  [{ build: { platform: "linux/arm64" } }, "--platform"],
  [{ allowDirty: true }, "--allow-dirty"],
] as [Partial<PublishOptions>, string][]) {
  test(`a ready image with ${name} is refused, naming it`, () => {
    const message = new RegExp(`^--image can't be combined with ${name}: the image exists, and nothing is built\\.`);
    assert.throws(() => checkPublish(options(given)), { code: "image-and-build", exitCode: 2, message });
    checkPublish(options({ ...given, image: undefined }));
  });
}

test("a ready image alone is accepted, also where a flag is given as false", () => {
  checkPublish(options());
  checkPublish(options({ allowDirty: false }));
});

test("a moving tag is refused as the version of a ready image", () => {
  assert.throws(() => checkPublish(options({ version: "stable" })), { code: "moving-version", exitCode: 2 });
});
