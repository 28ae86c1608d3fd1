import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { test } from "node:test";
import {
  BatchCheckLayerAvailabilityCommand,
  BatchDeleteImageCommand,
  BatchGetImageCommand,
  CompleteLayerUploadCommand,
  DescribeImagesCommand,
  InitiateLayerUploadCommand,
  ListImagesCommand,
  PutImageCommand,
  paginateDescribeImages,
  UpdateImageStorageClassCommand,
  UploadLayerPartCommand,
} from "@aws-sdk/client-ecr";
import { digestOf, imageIn, OCI_MANIFEST, pushManifest } from "../registry/test/layers.js";
import { registry } from "../registry/test/start.js";

const repositoryName = "team/app";

test("an image is described by tag and by digest, with its size", async (t) => {
  const started = Date.now();
  const { ecr, base, login } = await registry(t);
  const { manifest, digest, size } = await imageIn(base, login);
  await pushManifest(base, login, "v1", manifest);
  for (const imageIds of [[{ imageTag: "v1" }], [{ imageDigest: digest }], undefined]) {
    const { imageDetails } = await ecr.send(new DescribeImagesCommand({ repositoryName, imageIds }));
    const [detail] = imageDetails ?? [];
    assert.equal(imageDetails?.length, 1);
    assert.equal(detail?.imageDigest, digest);
    assert.deepEqual(detail?.imageTags, ["v1"]);
    assert.equal(detail?.imageSizeInBytes, size);
    assert.equal(detail?.imageManifestMediaType, OCI_MANIFEST);
    assert.equal(detail?.artifactMediaType, "application/vnd.oci.image.config.v1+json");
    assert.equal(detail?.imageStatus, "ACTIVE");
    const pushedAt = detail?.imagePushedAt?.getTime() ?? 0;
    assert.ok(pushedAt >= started && pushedAt <= Date.now(), String(pushedAt));
  }
});

test("a list is as large as the largest of its images", async (t) => {
  const { ecr, base, login } = await registry(t);
  const images = [await imageIn(base, login), await imageIn(base, login, randomBytes(5000))];
  for (const { manifest, digest } of images) await pushManifest(base, login, digest, manifest);
  const mediaType = "application/vnd.oci.image.index.v1+json";
  const manifests = images.map(({ manifest, digest }) => ({ mediaType: OCI_MANIFEST, digest, size: manifest.length }));
  const imageManifest = JSON.stringify({ schemaVersion: 2, mediaType, manifests });
  await ecr.send(new PutImageCommand({ repositoryName, imageTag: "list", imageManifest }));
  const imageIds = [{ imageTag: "list" }];
  const { imageDetails } = await ecr.send(new DescribeImagesCommand({ repositoryName, imageIds }));
  assert.equal(imageDetails?.[0]?.imageSizeInBytes, images[1]?.size);
});

test("an archived image is described and can't be pulled, until it is restored or pushed again", async (t) => {
  const { ecr, base, login } = await registry(t);
  const { manifest, digest } = await imageIn(base, login);
  await pushManifest(base, login, digest, manifest);
  const imageId = { imageDigest: digest };
  const move = (targetStorageClass: "ARCHIVE" | "STANDARD") =>
    ecr.send(new UpdateImageStorageClassCommand({ repositoryName, imageId, targetStorageClass }));
  const state = async () => {
    const { imageDetails } = await ecr.send(new DescribeImagesCommand({ repositoryName, imageIds: [imageId] }));
    const pull = await fetch(`${base}/manifests/${digest}`, { headers: login });
    return [imageDetails?.[0]?.imageStatus, pull.status];
  };
  assert.equal((await move("ARCHIVE")).imageStatus, "ARCHIVED");
  assert.deepEqual(await state(), ["ARCHIVED", 404]);
  assert.equal((await move("STANDARD")).imageStatus, "ACTIVE");
  assert.deepEqual(await state(), ["ACTIVE", 200]);
  await move("ARCHIVE");
  await pushManifest(base, login, digest, manifest);
  assert.deepEqual(await state(), ["ACTIVE", 200]);
  await assert.rejects(move("GLACIER" as never), { name: "InvalidParameterException", message: /STANDARD, ARCHIVE/ });
});

test("the error for a missing image has both its digest and tag", async (t) => {
  const { ecr } = await registry(t);
  await assert.rejects(ecr.send(new DescribeImagesCommand({ repositoryName, imageIds: [{ imageTag: "v1" }] })), {
    name: "ImageNotFoundException",
    message:
      "The image with imageId {imageDigest:'null', imageTag:'v1'} does not exist within the repository with name 'team/app' in the registry with id '123456789012'",
  });
});

test("images are listed in pages, with tags or without", async (t) => {
  const { ecr, base, login } = await registry(t);
  for (const tag of ["v1", "v2", "v3"]) await pushManifest(base, login, tag, (await imageIn(base, login)).manifest);
  const untagged = await imageIn(base, login);
  await pushManifest(base, login, untagged.digest, untagged.manifest);
  let count = 0;
  for await (const page of paginateDescribeImages({ client: ecr, pageSize: 3 }, { repositoryName })) {
    count += page.imageDetails?.length ?? 0;
  }
  assert.equal(count, 4);
  const list = async (tagStatus: "TAGGED" | "UNTAGGED") =>
    (await ecr.send(new ListImagesCommand({ repositoryName, filter: { tagStatus } }))).imageIds ?? [];
  assert.deepEqual(
    (await list("TAGGED")).map((id) => id.imageTag),
    ["v1", "v2", "v3"],
  );
  assert.deepEqual(await list("UNTAGGED"), [{ imageDigest: untagged.digest }]);
});

test("manifests come in a batch, with those that are missing beside them", async (t) => {
  const { ecr, base, login } = await registry(t);
  const { manifest, digest } = await imageIn(base, login);
  await pushManifest(base, login, "v1", manifest);
  const imageIds = [{ imageTag: "v1" }, { imageTag: "v2" }];
  const { images, failures } = await ecr.send(new BatchGetImageCommand({ repositoryName, imageIds }));
  assert.equal(images?.[0]?.imageManifest, manifest);
  assert.deepEqual(images?.[0]?.imageId, { imageDigest: digest, imageTag: "v1" });
  assert.deepEqual(failures, [
    { imageId: { imageTag: "v2" }, failureCode: "ImageNotFound", failureReason: "Requested image not found" },
  ]);
});

test("an image gets a second tag by putting its manifest again, and the same tag twice is refused", async (t) => {
  const { ecr, base, login } = await registry(t);
  const { manifest, digest } = await imageIn(base, login);
  const put = (imageTag: string) =>
    ecr.send(
      new PutImageCommand({ repositoryName, imageManifest: manifest, imageTag, imageManifestMediaType: OCI_MANIFEST }),
    );
  assert.equal((await put("v1")).image?.imageId?.imageDigest, digest);
  await put("stable");
  await assert.rejects(put("stable"), {
    name: "ImageAlreadyExistsException",
    message: `Image with digest '${digest}' and tag 'stable' already exists in the repository with name 'team/app' in registry with id '123456789012'`,
  });
  const wrong = new PutImageCommand({ repositoryName, imageManifest: manifest, imageDigest: digestOf("other") });
  await assert.rejects(ecr.send(wrong), { name: "ImageDigestDoesNotMatchException" });
});

test("deleting one of two tags leaves the image; deleting the last takes it away", async (t) => {
  const { ecr, base, login } = await registry(t);
  const { manifest, digest } = await imageIn(base, login);
  for (const tag of ["v1", "v2"]) await pushManifest(base, login, tag, manifest);
  const remove = (imageTag: string) =>
    ecr.send(new BatchDeleteImageCommand({ repositoryName, imageIds: [{ imageTag }] }));
  assert.deepEqual((await remove("v1")).imageIds, [{ imageDigest: digest, imageTag: "v1" }]);
  assert.deepEqual((await remove("v2")).imageIds, [{ imageDigest: digest, imageTag: "v2" }]);
  assert.equal((await remove("v2")).failures?.[0]?.failureCode, "ImageNotFound");
  assert.deepEqual((await ecr.send(new ListImagesCommand({ repositoryName }))).imageIds, []);
});

test("a layer comes in parts through the API, each where the last one ended", async (t) => {
  const { ecr } = await registry(t);
  const content = randomBytes(3_000_000);
  const { uploadId } = await ecr.send(new InitiateLayerUploadCommand({ repositoryName }));
  const part = (first: number, end: number) =>
    ecr.send(
      new UploadLayerPartCommand({
        repositoryName,
        uploadId,
        partFirstByte: first,
        partLastByte: end - 1,
        layerPartBlob: content.subarray(first, end),
      }),
    );
  assert.equal((await part(0, 2_000_000)).lastByteReceived, 1_999_999);
  await assert.rejects(part(0, 10), { name: "InvalidLayerPartException", lastValidByteReceived: 1_999_999 });
  await part(2_000_000, 3_000_000);
  const digest = `sha256:${createHash("sha256").update(content).digest("hex")}`;
  await ecr.send(new CompleteLayerUploadCommand({ repositoryName, uploadId, layerDigests: [digest] }));

  const layerDigests = [digest, digestOf("nowhere"), "nonsense"];
  const checked = await ecr.send(new BatchCheckLayerAvailabilityCommand({ repositoryName, layerDigests }));
  assert.deepEqual(
    checked.layers?.map((each) => each.layerAvailability),
    ["AVAILABLE", "UNAVAILABLE"],
  );
  assert.deepEqual(
    checked.failures?.map((each) => each.failureCode),
    ["InvalidLayerDigest"],
  );
});

test("an image whose layers were not uploaded is refused", async (t) => {
  const { ecr, base, login } = await registry(t);
  const { manifest, layer } = await imageIn(base, login);
  const imageManifest = manifest.replace(layer, digestOf("missing"));
  await assert.rejects(ecr.send(new PutImageCommand({ repositoryName, imageManifest, imageTag: "v1" })), {
    name: "LayersNotFoundException",
  });
});
