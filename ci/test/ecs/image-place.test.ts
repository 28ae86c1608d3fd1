import assert from "node:assert/strict";
import { test } from "node:test";
import { locate } from "../../lib/ecs/image-place.js";
import { newDigest, release, target } from "../support/scripted-ecs.js";

const own = "123456789012.dkr.ecr.us-west-2.amazonaws.com";
const at = (registryId: string, repositoryName: string) => ({ registryId, repositoryName });
const places: [image: string, place: object][] = [
  [release.image, at("123456789012", "uf-cloud-ops-exercise-app")],
  [`${own}/team/proxy:1`, at("123456789012", "team/proxy")],
  ["210987654321.dkr.ecr.us-west-2.amazonaws.com/app", at("210987654321", "app")],
  ["210987654321.dkr-ecr.us-west-2.on.aws/app", at("210987654321", "app")],
  ["210987654321.dkr.ecr-fips.us-west-2.amazonaws.com/app", at("210987654321", "app")],
];
for (const [image, place] of places) {
  test(`${image.replace(/@.*/, "")} is found in ECR`, () =>
    assert.deepEqual(locate(image, release.image, target), place));
}

test("an image in another region is found there", () => {
  const image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/app";
  assert.deepEqual(locate(image, release.image, target), { ...at("123456789012", "app"), region: "eu-west-1" });
  const elsewhere = { ...target, registry: { region: "eu-west-1" } };
  assert.deepEqual(locate(image, release.image, elsewhere), at("123456789012", "app"));
});

test("an image outside ECR can't be read, and the reason names its registry", () => {
  const unknown = (image: string) => {
    const found = locate(image, release.image, target);
    return "unknown" in found ? found.unknown : found;
  };
  for (const image of [
    "nginx",
    "nginx:1.27",
    "public.ecr.aws/nginx/nginx:1.27",
    "ghcr.io/team/app",
    "evil.example/a",
  ]) {
    assert.match(String(unknown(image)), /registry other than ECR/, image);
  }
});

test("the registry of the release is identified by its own address, in ECR or elsewhere", () => {
  const local = `127.0.0.1:5000/uf-cloud-ops-exercise-app@${newDigest}`;
  assert.deepEqual(locate("127.0.0.1:5000/team/other:v1", local, target), at("123456789012", "team/other"));
  assert.ok("unknown" in locate("127.0.0.1:5001/team/other:v1", local, target));
});
