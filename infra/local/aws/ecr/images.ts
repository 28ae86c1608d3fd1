import { record, records, required, text, texts } from "../protocol/input.js";
import { page } from "../protocol/paging.js";
import type { Caller, Json, JsonObject, Operation } from "../protocol/service.js";
import { deleteImage, listsWith } from "./delete-image.js";
import { imageExists, imageNotFound, invalidParameter } from "./errors.js";
import { failure, idsOf, imageId, malformedId, shownId } from "./image-ids.js";
import { putImage } from "./put-image.js";
import { badToken, owner, pageSize } from "./repositories.js";
import { scanSummary } from "./scanning.js";
import { type EcrStore, findImage, findRepository, type Image, type Repository } from "./store.js";

/** Operations on images. */
export function imageOperations(store: EcrStore): Record<string, Operation> {
  const find = (input: JsonObject, caller: Caller) =>
    findRepository(store, caller.region, required(input, "repositoryName"), text(input, "registryId"));

  return {
    async PutImage(input, caller) {
      const repository = find(input, caller);
      const { tag, digest } = imageId(input);
      const mediaType = text(input, "imageManifestMediaType");
      const manifest = required(input, "imageManifest");
      const { image, changed } = await putImage(store, repository, {
        manifest: Buffer.from(manifest, "utf8"),
        ...(mediaType !== undefined && { mediaType }),
        ...(tag !== undefined && { tag }),
        ...(digest !== undefined && { digest }),
      });
      if (!changed) throw imageExists(image.digest, tag, repository, caller.accountId);
      return { image: wholeImage(repository, image, tag, manifest, caller) };
    },

    DescribeImages(input, caller) {
      const repository = find(input, caller);
      const ids = records(input, "imageIds")?.map(imageId);
      const found = ids
        ? [
            ...new Set(
              ids.map((id) => findImage(repository, id) ?? fail(imageNotFound(id, repository, caller.accountId))),
            ),
          ]
        : filterByTag([...repository.images.values()], input).sort((a, b) => a.pushedAt - b.pushedAt);
      const { items, nextToken } = page(found, pageSize(input), text(input, "nextToken"), badToken);
      return { imageDetails: items.map((each) => detail(repository, each, caller)), ...(nextToken && { nextToken }) };
    },

    ListImages(input, caller) {
      const images = filterByTag([...find(input, caller).images.values()], input);
      const ids = images.flatMap((image): JsonObject[] =>
        image.tags.length > 0 ? image.tags.map((tag) => shownId(image, tag)) : [shownId(image)],
      );
      const { items, nextToken } = page(ids, pageSize(input), text(input, "nextToken"), badToken);
      return { imageIds: items, ...(nextToken && { nextToken }) };
    },

    async BatchGetImage(input, caller) {
      const repository = find(input, caller);
      const images: Json[] = [];
      const failures: Json[] = [];
      for (const id of idsOf(input)) {
        const malformed = malformedId(id);
        if (malformed) {
          failures.push(malformed);
          continue;
        }
        const image = findImage(repository, id);
        if (!image || !isAccepted(image, texts(input, "acceptedMediaTypes"))) {
          failures.push(failure(id, "ImageNotFound", "Requested image not found"));
          continue;
        }
        const manifest = (await store.blobs.read(image.digest)).toString("utf8");
        images.push(wholeImage(repository, image, id.tag, manifest, caller));
      }
      return { images, failures };
    },

    /** Restores at once, unlike ECR, which takes up to 20 minutes: https://docs.aws.amazon.com/AmazonECR/latest/userguide/archive_restore_image.html */
    UpdateImageStorageClass(input, caller) {
      const repository = find(input, caller);
      const id = imageId(record(input, "imageId") ?? {});
      const image = findImage(repository, id) ?? fail(imageNotFound(id, repository, caller.accountId));
      const storageClass = required(input, "targetStorageClass");
      if (storageClass === "ARCHIVE") image.isArchived = true;
      else if (storageClass === "STANDARD") delete image.isArchived;
      else throw invalidParameter("targetStorageClass", "Member must satisfy enum value set: [STANDARD, ARCHIVE]");
      store.document.save();
      return { ...owner(repository, caller), imageId: shownId(image, id.tag), imageStatus: statusOf(image) };
    },

    async BatchDeleteImage(input, caller) {
      const repository = find(input, caller);
      const imageIds: Json[] = [];
      const failures: Json[] = [];
      for (const id of idsOf(input)) {
        const malformed = malformedId(id);
        const image = malformed ? undefined : findImage(repository, id);
        const lists = image ? listsWith(repository, image) : [];
        if (malformed) {
          failures.push(malformed);
        } else if (!image) {
          failures.push(failure(id, "ImageNotFound", "Requested image not found"));
        } else if (id.digest === undefined && image.tags.length > 1) {
          image.tags = image.tags.filter((tag) => tag !== id.tag);
          store.document.save();
          imageIds.push(shownId(image, id.tag));
        } else if (lists.length > 0) {
          const by = lists.map((each) => each.digest).join(", ");
          failures.push(
            failure(id, "ImageReferencedByManifestList", `Requested image referenced by manifest list: [${by}]`),
          );
        } else {
          imageIds.push(...(image.tags.length > 0 ? image.tags : [undefined]).map((tag) => shownId(image, tag)));
          await deleteImage(store, repository, image);
        }
      }
      return { imageIds, failures };
    },
  };
}

function isAccepted(image: Image, types: string[] | undefined): boolean {
  return types === undefined || types.length === 0 || types.includes(image.mediaType);
}

const TAG_STATUSES = ["TAGGED", "UNTAGGED", "ANY"];

function filterByTag(images: Image[], input: JsonObject): Image[] {
  const status = text(record(input, "filter") ?? {}, "tagStatus") ?? "ANY";
  if (!TAG_STATUSES.includes(status)) {
    throw invalidParameter("filter", `Member must satisfy enum value set: [${TAG_STATUSES.join(", ")}]`);
  }
  return images.filter((image) => status === "ANY" || (status === "TAGGED") === image.tags.length > 0);
}

function wholeImage(
  repository: Repository,
  image: Image,
  tag: string | undefined,
  manifest: string,
  caller: Caller,
): JsonObject {
  return {
    ...owner(repository, caller),
    imageId: shownId(image, tag),
    imageManifest: manifest,
    imageManifestMediaType: image.mediaType,
  };
}

function detail(repository: Repository, image: Image, caller: Caller): JsonObject {
  return {
    ...owner(repository, caller),
    imageDigest: image.digest,
    ...(image.tags.length > 0 && { imageTags: image.tags }),
    imageSizeInBytes: image.size,
    imagePushedAt: image.pushedAt / 1000,
    imageManifestMediaType: image.mediaType,
    ...(image.artifactMediaType !== undefined && { artifactMediaType: image.artifactMediaType }),
    ...(image.subject !== undefined && { subjectManifestDigest: image.subject }),
    ...(image.pulledAt !== undefined && { lastRecordedPullTime: image.pulledAt / 1000 }),
    imageStatus: statusOf(image),
    ...scanSummary(image),
  };
}

const statusOf = ({ isArchived }: Image) => (isArchived ? "ARCHIVED" : "ACTIVE");

function fail(error: Error): never {
  throw error;
}
