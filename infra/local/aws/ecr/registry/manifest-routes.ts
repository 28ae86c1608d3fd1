import { readBody } from "../../../http/body.js";
import { deleteImage, listsWith } from "../delete-image.js";
import { isTag } from "../names.js";
import { putImage } from "../put-image.js";
import { findImage, type Image } from "../store.js";
import { DIGEST } from "./blobs.js";
import { RegistryError } from "./errors.js";
import { answer, type Exchange } from "./exchange.js";

/** Maximum size of a manifest, in bytes, as recommended by the distribution API. */
const LARGEST_MANIFEST = 4 << 20;

/** Serves `HEAD`, `GET`, `PUT` and `DELETE` of a manifest by tag or digest. */
export async function serveManifest(exchange: Exchange, reference: string): Promise<void> {
  const id = readReference(reference);
  switch (exchange.request.method) {
    case "HEAD":
    case "GET":
      return sendManifest(exchange, id);
    case "PUT":
      return receiveManifest(exchange, id);
    case "DELETE":
      return removeManifest(exchange, id);
    default:
      throw new RegistryError("UNSUPPORTED", 405, `${exchange.request.method} is not for manifests.`);
  }
}

type Reference = { digest: string } | { tag: string };

function readReference(reference: string): Reference {
  if (DIGEST.test(reference)) return { digest: reference };
  if (reference.includes(":")) throw new RegistryError("DIGEST_INVALID", 400, `'${reference}' is not a sha256 digest`);
  if (!isTag(reference)) throw new RegistryError("TAG_INVALID", 400, `'${reference}' is not a tag`);
  return { tag: reference };
}

function mustFind({ repository }: Exchange, id: Reference): Image {
  const image = findImage(repository, id);
  if (!image) throw new RegistryError("MANIFEST_UNKNOWN", 404, "Requested image not found");
  return image;
}

async function sendManifest(exchange: Exchange, id: Reference): Promise<void> {
  const { request, response, store, repository, visitor } = exchange;
  visitor.mustBeAllowed("ecr:BatchGetImage", repository.name);
  const image = mustFind(exchange, id);
  // https://docs.aws.amazon.com/AmazonECR/latest/userguide/archive-image.html
  if (image.isArchived) throw new RegistryError("MANIFEST_UNKNOWN", 404, "Requested image is archived");
  const content = await store.blobs.read(image.digest);
  if (request.method === "GET") {
    image.pulledAt = store.clock.now();
    store.document.save();
  }
  response.writeHead(200, {
    "content-type": image.mediaType,
    "content-length": content.length,
    "docker-content-digest": image.digest,
    etag: `"${image.digest}"`,
  });
  response.end(request.method === "HEAD" ? undefined : content);
}

async function receiveManifest({ request, response, url, store, repository, visitor }: Exchange, id: Reference) {
  visitor.mustBeAllowed("ecr:PutImage", repository.name);
  const manifest = await readBody(request, LARGEST_MANIFEST);
  const mediaType = request.headers["content-type"]?.split(";")[0]?.trim();
  // Pushing an existing image is no error here, unlike in ECR's API.
  const { image } = await putImage(store, repository, { manifest, ...(mediaType && { mediaType }), ...id });
  answer(response, 201, {
    location: `${url.origin}/v2/${repository.name}/manifests/${image.digest}`,
    "docker-content-digest": image.digest,
    ...(image.subject !== undefined && { "oci-subject": image.subject }),
  });
}

async function removeManifest(exchange: Exchange, id: Reference): Promise<void> {
  const { response, store, repository, visitor } = exchange;
  visitor.mustBeAllowed("ecr:BatchDeleteImage", repository.name);
  const image = mustFind(exchange, id);
  if ("tag" in id) {
    image.tags = image.tags.filter((tag) => tag !== id.tag);
    store.document.save();
  } else {
    const lists = listsWith(repository, image).map((list) => list.digest);
    if (lists.length > 0) {
      throw new RegistryError("DENIED", 403, `Requested image referenced by manifest list: [${lists.join(", ")}]`);
    }
    await deleteImage(store, repository, image);
  }
  answer(response, 202, {});
}
