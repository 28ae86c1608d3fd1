import assert from "node:assert/strict";
import { test } from "node:test";
import { LABEL } from "../../lib/image/labels.js";
import type { ImageSource } from "../../lib/publish/image-source.js";
import { publish } from "../../lib/publish/publish-release.js";
import { noSpan } from "../../lib/rollout/session.js";
import { publishScene } from "../support/publish-scene.js";
import { target } from "../support/scripted-ecs.js";

const scene = publishScene(target.repository);

/** Returns a container whose image has these labels and is pushed to the fake scene.registry. */
function container(labels: Record<string, string> = {}, changes: Partial<ImageSource> = {}): ImageSource {
  // The same labels always make the same digest.
  const digest = scene.registry.put("scratch", labels);
  return {
    kind: "ready",
    identity: async () => {
      scene.done.push("identity");
      return digest;
    },
    baseDigest: async () => undefined,
    test: async () => undefined,
    push: async () => {
      scene.done.push("push");
      return scene.registry.put("v1.0.0", labels);
    },
    ...changes,
  };
}

const run = (source: ImageSource) =>
  publish("v1.0.0", source, scene.destination, { progress: (line) => scene.lines.push(line), span: noSpan });

test("a ready container is pushed without its digest being read first, and the release states that it is not tested", async () => {
  const release = await run(container());
  assert.deepEqual(scene.done, ["push"]);
  assert.equal(release.untested, true);
  assert.ok(scene.lines.some((line) => /^Not tested: the target names no test command/.test(line)));
  assert.ok(scene.lines.some((line) => /^Pushing the image as v1\.0\.0 to /.test(line)));
});

test("the same container under the same version is found again, and nothing is tested or pushed", async () => {
  const first = await run(container());
  scene.done = [];
  const second = await run(container({}, { test: () => Promise.reject(new Error("tested")) }));
  assert.equal(second.digest, first.digest);
  assert.deepEqual(scene.done, ["identity"]);
  assert.ok(scene.lines.some((line) => /v1\.0\.0 is in the registry already, as the same image/.test(line)));
});

test("another container under a version that is taken is refused with both digests", async () => {
  const first = await run(container());
  await assert.rejects(run(container({ other: "image" })), {
    code: "version-taken",
    exitCode: 2,
    message: new RegExp(`${first.digest}\\) and is another image than the container \\(sha256:.*deploy --published`),
  });
});

test("a build under a version that a ready container has taken is refused, and the other way round", async () => {
  const labels = { [LABEL.inputDigest]: "sha256:input" };
  await run(container(labels));
  await assert.rejects(run(container({ a: "b" })), { code: "version-taken" });
  // A build is identified by its input, not by the image it made.
  const build = { ...container(), kind: "build" as const, identity: async () => "sha256:other" };
  await assert.rejects(run(build), { code: "version-taken", message: /made from another input/ });
});

test("the commit of the release is the one that the container's own label names", async () => {
  assert.equal((await run(container({ [LABEL.revision]: "c0ffee" }))).commit, "c0ffee");
});

test("a publish that loses a race for an immutable tag to the same container uses that one", async () => {
  let winner: string | undefined;
  const lose = (labels: Record<string, string>) => async () => {
    winner = scene.registry.put("v1.0.0", labels);
    throw new Error("tag is immutable");
  };
  assert.equal((await run(container({}, { push: lose({}) }))).digest, winner);
});

test("a ready container that can't be pushed ends with exit code 2 and the registry's message", async () => {
  const source = container({}, { push: () => Promise.reject(new Error("no space left on device")) });
  await assert.rejects(run(source), {
    code: "push-failed",
    exitCode: 2,
    message: /^Pushing the image as v1\.0\.0 to .* failed: no space left on device\. The registry has no such tag/,
  });
});
