import assert from "node:assert/strict";
import { test } from "node:test";
import { parseImageAddress } from "../../lib/image/image-address.js";
import { LABEL } from "../../lib/image/labels.js";
import { findExisting } from "../../lib/publish/existing-image.js";
import { Fault } from "../support/fake-aws.js";
import { publishScene } from "../support/publish-scene.js";

const unknownDigest = `sha256:${"d".repeat(64)}`;
const other = "210987654321.dkr.ecr.us-west-2.amazonaws.com";
const scene = publishScene("shared/app");

const find = (text: string) =>
  findExisting(parseImageAddress(text), "v1.0.0", scene.destination, (line) => void scene.lines.push(line));
const denied = (...operations: string[]) => {
  for (const one of operations) {
    const message = `User: x is not authorized to perform: ecr:${one} on resource: y`;
    scene.fake.script[one] = () => new Fault("AccessDeniedException", message);
  }
};

test("an image is found by its tag in the target's registry, with the commit of its label", async () => {
  const digest = scene.registry.put("v1.0.0", { [LABEL.revision]: "c0ffee" });
  const { host } = new URL(scene.registry.endpoint);
  const image = `${host}/shared/app@${digest}`;
  assert.deepEqual(await find("shared/app:v1.0.0"), { version: "v1.0.0", image, digest, commit: "c0ffee" });
  assert.equal(scene.fake.sent("DescribeImages")[0]?.registryId, "123456789012");
});

test("an image that is named by digest is used as named, and its tag is not read", async () => {
  const digest = scene.registry.put("v1.0.0", {});
  assert.equal((await find(`shared/app@${digest}`)).digest, digest);
  assert.equal((await find(`shared/app:v9@${digest}`)).digest, digest);
  assert.deepEqual(scene.fake.sent("DescribeImages"), []);
});

test("an image of another account is read in that account and named by its registry", async () => {
  const digest = scene.registry.put("v1.0.0", {});
  const release = await find(`${other}/shared/app:v1.0.0`);
  assert.equal(release.image, `${other}/shared/app@${digest}`);
  for (const operation of ["DescribeRepositories", "DescribeImages"])
    assert.equal(scene.fake.sent(operation)[0]?.registryId, "210987654321", operation);
});

test("an image of another region is read by a client of that region, its login too", async () => {
  scene.registry.put("v1.0.0", {});
  const regions: string[] = [];
  const ecr = (region: string) => {
    regions.push(region);
    return scene.fake.aws.lazy.ecr(region);
  };
  // The client of the target's region is not used.
  const { ecr: _, ...aws } = scene.fake.aws;
  scene.destination = {
    ...scene.destination,
    aws: { ...aws, lazy: { ...scene.fake.aws.lazy, ecr } } as typeof scene.fake.aws,
  };
  await find("123456789012.dkr.ecr.eu-west-1.amazonaws.com/shared/app:v1.0.0");
  assert.deepEqual(regions, ["eu-west-1"]);
});

test("where the repository may only be pulled from, the digest is read as a pull reads it", async () => {
  const digest = scene.registry.put("v1.0.0", {});
  denied("DescribeRepositories", "DescribeImages");
  scene.fake.script.BatchGetImage = () => ({ images: [{ imageId: { imageDigest: digest, imageTag: "v1.0.0" } }] });
  assert.equal((await find(`${other}/shared/app:v1.0.0`)).image, `${other}/shared/app@${digest}`);
  assert.deepEqual(scene.fake.sent("BatchGetImage")[0]?.imageIds, [{ imageTag: "v1.0.0" }]);
});

test("without read permission a tag is refused with how to name the image by digest, and a digest is deployed", async () => {
  denied("DescribeRepositories", "DescribeImages", "BatchGetImage", "GetAuthorizationToken");
  await assert.rejects(find(`${other}/shared/app:v1.0.0`), {
    code: "unreadable-image",
    exitCode: 2,
    message: new RegExp(`neither ecr:DescribeImages nor ecr:BatchGetImage .* --from ${other}/shared/app@sha256:DIGEST`),
  });
  const release = await find(`${other}/shared/app@${unknownDigest}`);
  assert.equal(release.image, `${other}/shared/app@${unknownDigest}`);
  assert.match(
    scene.lines.join("\n"),
    /^The image's labels could not be read, so its commit is not known: .*GetAuthoriz/,
  );
});

test("a missing tag is refused, naming the newest ones", async () => {
  scene.registry.put("v0.8.0", {});
  scene.registry.put("v0.9.0", {});
  await assert.rejects(find("shared/app:v1.0.0"), {
    code: "no-image",
    exitCode: 2,
    message: /\/shared\/app has no tag "v1\.0\.0"\. Its newest versions: v0\.9\.0, v0\.8\.0\. Correct --from/,
  });
});

test("a missing repository is refused, naming the existing ones", async () => {
  await assert.rejects(find("shared/ap:v1.0.0"), {
    code: "no-repository",
    exitCode: 2,
    message: /no image repository "shared\/ap".* Correct --from\.$/,
  });
});

test("an image in a registry other than ECR is refused before anything is called, with the ways to have it", async () => {
  for (const host of ["ghcr.io", "public.ecr.aws", "registry.example.com:5000", "evil.example"]) {
    await assert.rejects(find(`${host}/team/app@${unknownDigest}`), {
      code: "foreign-registry",
      exitCode: 2,
      message: new RegExp(`is in ${host}, which is no private registry of Amazon ECR.*pull through cache.*--image`),
    });
  }
  assert.deepEqual(scene.fake.calls, []);
});

test("an address on loopback is that of a local AWS, and without one it is refused", async () => {
  const digest = scene.registry.put("v1.0.0", {});
  const { host } = new URL(scene.registry.endpoint);
  assert.equal((await find(`${host}/shared/app:v1.0.0`)).image, `${host}/shared/app@${digest}`);
  const { endpoint: _, ...aws } = scene.destination.aws;
  scene.destination = { ...scene.destination, aws };
  await assert.rejects(find(`${host}/shared/app:v1.0.0`), { code: "foreign-registry" });
});

test("an image in another partition of AWS is refused: neither the credentials nor the tasks reach it", async () => {
  await assert.rejects(find("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/app:v1"), {
    code: "foreign-partition",
    exitCode: 2,
    message: /cn-north-1.*partition aws\./,
  });
});

test("for a target that names no repository the log states where a later publish would go", async () => {
  scene.registry.put("v1.0.0", {});
  await find("shared/app:v1.0.0");
  assert.deepEqual(scene.lines, []);
  scene.destination = { ...scene.destination, isRepositoryStated: false };
  await find("shared/app:v1.0.0");
  assert.match(
    scene.lines.join("\n"),
    /^The target names no repository, so that a later publish goes to .*\/shared\/app, /,
  );
});
