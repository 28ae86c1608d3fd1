import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../../../lib/aws/raw-task-definition.js";
import { sameImage } from "../../../../lib/rollout/preflight/checks/release.js";
import { facts, inShort } from "../../../support/facts.js";
import { oldDigest, release, repository } from "../../../support/scripted-ecs.js";

const old = `${repository}@${oldDigest}`;
const found = (...others: JsonObject[]) =>
  sameImage(facts({ next: { containerDefinitions: [{ name: "app", image: release.image }, ...others] } }));

test("containers that stay on another image of the release's repository are named with their version", () => {
  const worker = { name: "worker", image: old, environment: [{ name: "VERSION", value: "v1.0.0" }] };
  const findings = found({ name: "migrate", image: `${repository}:v0.9.0` }, worker);
  assert.deepEqual(inShort(findings), ["warning same-image"]);
  assert.match(String(findings[0]?.what), /^migrate \(v0\.9\.0\) and worker \(v1\.0\.0\) run another image/);
  assert.match(String(findings[0]?.fix), /name migrate and worker in "containers"/);
});

test("containers that move along, or run an image of another repository, are fine", () => {
  assert.deepEqual(found({ name: "worker", image: release.image }), []);
  assert.deepEqual(found({ name: "proxy", image: "public.ecr.aws/nginx/nginx:1.27" }), []);
  assert.deepEqual(found({ name: "other", image: `${repository}-other@${oldDigest}` }), []);
});
