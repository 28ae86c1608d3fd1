import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import type { JsonObject } from "../../infra/local/aws/index.js";
import type { CompleteTarget } from "./complete-target.js";
import type { ImageScript } from "./scenario.js";

/** Calls AWS as the operator, with members in wire format. */
export type Call = (service: string, operation: string, input: JsonObject) => Promise<JsonObject>;

/** Image in the form of a registry. */
interface ImageContent {
  /** Its configuration and layers. */
  blobs: Buffer[];
  manifest: Buffer;
}

/** Creates the content of a version's image. */
export type ImageMaker = (version: string, script: ImageScript) => ImageContent | Promise<ImageContent>;

/** Version in the registry, or one that it should have. */
export interface PublishedImage {
  version: string;
  /** `repository@sha256:…` */
  image: string;
  digest: string;
  /** Digest of the manifest in its index, where the digest is an index's. */
  manifest?: string;
}

/** Publishes a version at its first call, and returns the same image at every later one. */
export type Publish = (version: string, script?: ImageScript) => Promise<PublishedImage>;

export interface PublishOptions {
  /** Content of the images; images of simulated tasks have none. */
  make?: ImageMaker;
  /** True when each image is an index with one manifest, so that its platform is known without a download. */
  asIndex?: boolean;
}

/** Returns the publisher of a target's versions by ECR's API. The repository exists. */
export function createPublisher(
  call: Call,
  { account, region, repository }: CompleteTarget,
  { make = emptyImage, asIndex = false }: PublishOptions = {},
): Publish {
  const known = new Map<string, Promise<PublishedImage>>();
  const uploaded = new Set<string>();
  const ecr = (operation: string, input: JsonObject) =>
    call("ecr", operation, { repositoryName: repository, ...input });

  async function upload(blob: Buffer): Promise<void> {
    const digest = digestOf(blob);
    if (uploaded.has(digest)) return;
    uploaded.add(digest);
    const { uploadId = "" } = await ecr("InitiateLayerUpload", {});
    const range = { partFirstByte: 0, partLastByte: blob.length - 1 };
    await ecr("UploadLayerPart", { uploadId, ...range, layerPartBlob: blob.toString("base64") });
    await ecr("CompleteLayerUpload", { uploadId, layerDigests: [digest] });
  }

  async function publish(version: string, script: ImageScript): Promise<PublishedImage> {
    const content = await make(version, script);
    const { manifest } = content;
    const named = asIndex ? indexOf(manifest, script) : manifest;
    const digest = digestOf(named);
    if (script.exists !== false) {
      for (const blob of content.blobs) await upload(blob);
      if (asIndex) await ecr("PutImage", { imageManifest: manifest.toString() });
      await ecr("PutImage", { imageManifest: named.toString(), imageTag: version });
      if (script.status === "ARCHIVED")
        await ecr("UpdateImageStorageClass", { imageId: { imageDigest: digest }, targetStorageClass: "ARCHIVE" });
    }
    const image = `${account}.dkr.ecr.${region}.amazonaws.com/${repository}@${digest}`;
    return { version, image, digest, ...(script.isIndex && { manifest: digestOf(manifest) }) };
  }

  return (version, script = {}) => {
    const publishing = known.get(version) ?? publish(version, script);
    known.set(version, publishing);
    return publishing;
  };
}

/** Returns a minimal image for simulated tasks: two images differ in the version in their configuration. */
function emptyImage(version: string, { platform = "linux/amd64" }: ImageScript): ImageContent {
  const key = `${version} ${platform}`;
  const image = emptyImages.get(key) ?? makeEmptyImage(version, platform);
  emptyImages.set(key, image);
  return image;
}
/** Thousands of simulations use the same few images. */
const emptyImages = new Map<string, ImageContent>();

function makeEmptyImage(version: string, platform: string): ImageContent {
  const [os, architecture] = platform.split("/");
  const config = Buffer.from(
    JSON.stringify({
      architecture,
      os,
      config: { Env: [`VERSION=${version}`] },
      rootfs: { type: "layers", diff_ids: [digestOf(emptyArchive)] },
    }),
  );
  const manifest = {
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: { mediaType: "application/vnd.oci.image.config.v1+json", digest: digestOf(config), size: config.length },
    layers: [
      {
        mediaType: "application/vnd.oci.image.layer.v1.tar+gzip",
        digest: digestOf(emptyLayer),
        size: emptyLayer.length,
      },
    ],
  };
  return { blobs: [emptyLayer, config], manifest: Buffer.from(JSON.stringify(manifest)) };
}

/** Two blocks of zeros: the end of an empty tar archive. */
const emptyArchive = Buffer.alloc(1024);
const emptyLayer = gzipSync(emptyArchive);
const MANIFEST = "application/vnd.oci.image.manifest.v1+json";

function indexOf(manifest: Buffer, { platform = "linux/amd64" }: ImageScript): Buffer {
  const [os, architecture] = platform.split("/");
  const descriptor = { mediaType: MANIFEST, digest: digestOf(manifest), size: manifest.length };
  const mediaType = "application/vnd.oci.image.index.v1+json";
  const manifests = [{ ...descriptor, platform: { os, architecture } }];
  return Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, manifests }));
}

export function digestOf(bytes: Buffer): string {
  const digest = digests.get(bytes) ?? `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
  digests.set(bytes, digest);
  return digest;
}
const digests = new WeakMap<Buffer, string>();
