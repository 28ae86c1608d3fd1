import { number, required, text, texts } from "../protocol/input.js";
import { AwsError, type Caller, type Json, type JsonObject, type Operation } from "../protocol/service.js";
import { uploadNotFound } from "./errors.js";
import { checkDigest } from "./names.js";
import type { BlobUpload } from "./registry/blobs.js";
import { owner } from "./repositories.js";
import { type EcrStore, findRepository, type Repository, repositoryKey } from "./store.js";
import type { Tokens } from "./tokens.js";

/** Size of an upload part that ECR requests, in bytes. */
const PART_SIZE = 10 << 20;
/** Lifetime of a download URL, in milliseconds. */
const LINK_LIFETIME = 3600_000;

/** Operations on layers: upload in parts, availability, download URL. */
export function layerOperations(store: EcrStore, tokens: Tokens): Record<string, Operation> {
  const find = (input: JsonObject, caller: Caller) =>
    findRepository(store, caller.region, required(input, "repositoryName"), text(input, "registryId"));
  const findUpload = (repository: Repository, input: JsonObject): BlobUpload => {
    const id = required(input, "uploadId");
    const found = store.uploads.find(repositoryKey(repository.region, repository.name), id);
    if (!found) throw uploadNotFound(id, repository, store.accountId);
    return found;
  };

  return {
    async InitiateLayerUpload(input, caller) {
      const repository = find(input, caller);
      const upload = await store.uploads.begin(repositoryKey(repository.region, repository.name));
      return { uploadId: upload.id, partSize: PART_SIZE };
    },

    async UploadLayerPart(input, caller) {
      const repository = find(input, caller);
      const upload = findUpload(repository, input);
      const part = Buffer.from(required(input, "layerPartBlob"), "base64");
      const first = number(input, "partFirstByte");
      const last = number(input, "partLastByte") ?? 0;
      await store.uploads.alone(upload, async () => {
        if (first !== upload.size || last - first + 1 !== part.length) {
          throw new AwsError(
            "InvalidLayerPartException",
            `Bytes ${first}-${last} with ${part.length} bytes do not continue the upload, which has ${upload.size} bytes`,
            400,
            { ...owner(repository, caller), uploadId: upload.id, lastValidByteReceived: upload.size - 1 },
          );
        }
        try {
          await upload.append([part]);
        } catch (error) {
          // The content of its file is unknown: the upload can't continue.
          await store.uploads.end(upload);
          throw error;
        }
      });
      return { ...owner(repository, caller), uploadId: upload.id, lastByteReceived: upload.size - 1 };
    },

    async CompleteLayerUpload(input, caller) {
      const repository = find(input, caller);
      const upload = findUpload(repository, input);
      const [digest = ""] = texts(input, "layerDigests") ?? [];
      checkDigest("layerDigests", digest);
      if (upload.size === 0) throw new AwsError("EmptyUploadException", "The layer upload does not have any parts.");
      if (repository.layers.has(digest)) {
        await store.uploads.end(upload);
        throw new AwsError(
          "LayerAlreadyExistsException",
          `Layer with digest '${digest}' already exists in the repository with name '${repository.name}' in registry with id '${caller.accountId}'`,
        );
      }
      await completeUpload(store, repository, upload, digest);
      return { ...owner(repository, caller), uploadId: upload.id, layerDigest: digest };
    },

    BatchCheckLayerAvailability(input, caller) {
      const repository = find(input, caller);
      const layers: Json[] = [];
      const failures: Json[] = [];
      for (const digest of texts(input, "layerDigests") ?? []) {
        const size = repository.layers.get(digest);
        if (!/^[\w+.-]+:[a-fA-F0-9]+$/.test(digest)) {
          failures.push({
            layerDigest: digest,
            failureCode: "InvalidLayerDigest",
            failureReason: "Invalid layer digest",
          });
        } else {
          layers.push({
            layerDigest: digest,
            layerAvailability: size === undefined ? "UNAVAILABLE" : "AVAILABLE",
            ...(size !== undefined && { layerSize: size }),
          });
        }
      }
      return { layers, failures };
    },

    GetDownloadUrlForLayer(input, caller) {
      const repository = find(input, caller);
      const digest = required(input, "layerDigest");
      if (!repository.layers.has(digest)) {
        throw new AwsError(
          "LayersNotFoundException",
          `The layer with digest '${digest}' does not exist in the repository with name '${repository.name}' in the registry with id '${caller.accountId}'`,
        );
      }
      const token = tokens.issue({
        accessKeyId: caller.accessKeyId,
        region: caller.region,
        only: `${repository.name}@${digest}`,
        expiresAt: store.clock.now() + LINK_LIFETIME,
      });
      return {
        downloadUrl: `http://${caller.authority}/v2/${repository.name}/blobs/${digest}?token=${token}`,
        layerDigest: digest,
      };
    },
  };
}

/** Completes an upload: verifies the digest and adds the layer to the repository. Deletes content with another digest. */
export async function completeUpload(
  store: EcrStore,
  repository: Repository,
  upload: BlobUpload,
  digest: string,
): Promise<void> {
  const fits = await store.uploads.alone(upload, () => upload.commit(digest));
  await store.uploads.end(upload);
  if (!fits) {
    throw new AwsError(
      "InvalidLayerException",
      `The digest '${digest}' is not that of the layer's content, which has ${upload.size} bytes`,
    );
  }
  repository.layers.set(digest, upload.size);
  store.document.save();
}
