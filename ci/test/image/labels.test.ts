import assert from "node:assert/strict";
import { test } from "node:test";
import { labelsOf } from "../../lib/image/labels.js";

const bases: [string] = [`docker.io/library/python:3.13-slim@sha256:${"0".repeat(64)}`];

test("a published image states its version, commit, time, source, base and input", () => {
  const commit = { id: "a".repeat(40), time: new Date("2026-02-03T04:05:06Z") };
  const labels = labelsOf({
    version: "v1.2.3",
    inputDigest: "sha256:1",
    bases,
    commit,
    source: "https://example.com/app",
  });
  assert.deepEqual(labels, {
    "org.opencontainers.image.version": "v1.2.3",
    "org.opencontainers.image.revision": commit.id,
    "org.opencontainers.image.created": "2026-02-03T04:05:06.000Z",
    "org.opencontainers.image.source": "https://example.com/app",
    "org.opencontainers.image.base.name": "docker.io/library/python:3.13-slim",
    "org.opencontainers.image.base.digest": `sha256:${"0".repeat(64)}`,
    "slipway.base-images": bases[0],
    "slipway.input-digest": "sha256:1",
  });
});

test("every image that a FROM names is stated, that of the released stage first, and scratch is none", () => {
  const build = `docker.io/library/golang:1.26@sha256:${"1".repeat(64)}`;
  const labelled = (first: string) => labelsOf({ version: "1", inputDigest: "sha256:1", bases: [first, build] });
  assert.equal(labelled(bases[0])["slipway.base-images"], `${bases[0]} ${build}`);
  assert.equal(labelled("scratch")["slipway.base-images"], build);
  assert.equal(labelled("scratch")["org.opencontainers.image.base.name"], "scratch");
});

test("a local image names no commit, and a base that has no digest names none", () => {
  const labels = labelsOf({ version: "latest", inputDigest: "sha256:1", bases: ["python:3.13-slim"] });
  assert.deepEqual(Object.keys(labels).sort(), [
    "org.opencontainers.image.base.name",
    "org.opencontainers.image.version",
    "slipway.base-images",
    "slipway.input-digest",
  ]);
});

test("an image from a tree with uncommitted changes is marked, and its identity is not", () => {
  const clean = labelsOf({ version: "v1.0.0", inputDigest: "sha256:1", bases });
  assert.deepEqual(labelsOf({ version: "v1.0.0", inputDigest: "sha256:1", bases, dirty: true }), {
    ...clean,
    "slipway.dirty": "true",
  });
});
