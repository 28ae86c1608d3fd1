import assert from "node:assert/strict";
import { test } from "node:test";
import { labelsOf } from "../src/labels.js";

const base = `docker.io/library/python:3.13-slim@sha256:${"0".repeat(64)}`;

test("a published image says its version, commit, time, source, base and input", () => {
  const commit = { id: "a".repeat(40), time: new Date("2026-02-03T04:05:06Z") };
  const labels = labelsOf({
    version: "v1.2.3",
    inputDigest: "sha256:1",
    base,
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
    "slipway.input-digest": "sha256:1",
  });
});

test("a local image names no commit, and a base that has no digest names none", () => {
  const labels = labelsOf({ version: "latest", inputDigest: "sha256:1", base: "python:3.13-slim" });
  assert.deepEqual(Object.keys(labels).sort(), [
    "org.opencontainers.image.base.name",
    "org.opencontainers.image.version",
    "slipway.input-digest",
  ]);
});

test("an image from a tree with uncommitted changes is marked, and its identity is not", () => {
  const clean = labelsOf({ version: "v1.0.0", inputDigest: "sha256:1", base });
  assert.deepEqual(labelsOf({ version: "v1.0.0", inputDigest: "sha256:1", base, dirty: true }), {
    ...clean,
    "slipway.dirty": "true",
  });
});
