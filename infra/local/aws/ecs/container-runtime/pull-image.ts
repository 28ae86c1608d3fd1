import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import type { ContainerRuntime } from "../../../containers/connect.js";
import { isRuntimeUnreachable, messageOf } from "../../../containers/errors.js";
import { loadImage } from "../../../containers/image.js";
import { isTag } from "../../ecr/names.js";
import { DIGEST } from "../../ecr/registry/blobs.js";
import { type ImageReference, parseImage } from "./image-reference.js";
import { TaskFailure } from "./task-failure.js";

/** Registry on this machine, from which the tasks' images are pulled. */
export interface Registry {
  /** Returns the address, such as `http://127.0.0.1:4566`. Called for each pull. */
  url(): string;
  /** Returns the `Authorization` header for a region's images. */
  authorization(region: string): string;
}

export interface PulledImage {
  /** Reference in the container runtime. */
  reference: string;
  /** Digest that the image's address resolved to; of an index, the digest of the index. */
  digest: string;
}

interface Descriptor {
  digest: string;
  size: number;
  mediaType?: string;
  platform?: { os: string; architecture: string };
}

interface Manifest {
  manifests?: Descriptor[];
  config?: Descriptor;
  layers?: Descriptor[];
}

const accept = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

/**
 * Loads an image from the registry on this machine into the container runtime: manifest by tag or digest, then config and layers over HTTP.
 *
 * @param pinned Digest to pull, also when the tag of the address names another one now.
 * @param architecture Such as `amd64`.
 * @throws {TaskFailure} With `CannotPullContainerError`, as ECS text it.
 */
export async function pullImage(
  containerRuntime: ContainerRuntime,
  registry: Registry,
  { image, region, pinned, architecture }: { image: string; region: string; pinned?: string; architecture: string },
): Promise<PulledImage> {
  const { name, reference } = parseImage(image);
  const get = (kind: "manifests" | "blobs", id: string, headers = {}) => {
    // Digests of a manifest become part of a path to which credentials are sent.
    if (!isTag(id) && !DIGEST.test(id)) throw invalidImage(`${JSON.stringify(id.slice(0, 100))} is no digest`);
    return fetch(`${registry.url()}/v2/${name}/${kind}/${id}`, {
      headers: { ...headers, authorization: registry.authorization(region) },
      // The registry on this machine never redirects.
      redirect: "error",
    }).catch((error: Error) => {
      throw unreachable(image, error);
    });
  };
  const top = await getManifest(get, image, pinned ?? reference);
  const manifest = await platformManifest(get, image, top.manifest, architecture);
  const config = await getBlob(get, image, manifest.config?.digest ?? "");
  const content = JSON.parse(config.toString("utf8")) as { architecture?: string; rootfs?: { diff_ids?: string[] } };
  if (content.architecture !== architecture) throw noPlatform(architecture);
  const diffIds = content.rootfs?.diff_ids ?? [];
  const layers = (manifest.layers ?? []).map(({ digest, size }, index) => ({
    diffId: diffIds[index] ?? "",
    size,
    open: () => openBlob(get, image, digest),
  }));
  const loaded = await loadImage(containerRuntime, { config, layers }, "task").catch((error) => {
    throw isRuntimeUnreachable(error) || error instanceof TaskFailure ? error : invalidImage(error);
  });
  return { reference: loaded, digest: top.digest };
}

type Get = (kind: "manifests" | "blobs", id: string, headers?: Record<string, string>) => Promise<Response>;

async function getManifest(get: Get, image: string, reference: ImageReference["reference"]) {
  const response = await get("manifests", reference, { accept });
  if (response.status === 404) {
    await response.body?.cancel();
    throw new TaskFailure(
      `CannotPullContainerError: pull image manifest has been retried 7 time(s): failed to resolve ref ${image}: ${image}: not found`,
    );
  }
  const bytes = await bytesOf(response, image);
  const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
  return { digest, manifest: JSON.parse(bytes.toString("utf8")) as Manifest };
}

async function platformManifest(get: Get, image: string, manifest: Manifest, architecture: string): Promise<Manifest> {
  if (manifest.manifests === undefined) return manifest;
  const child = manifest.manifests.find(
    ({ platform }) => platform?.os === "linux" && platform.architecture === architecture,
  );
  if (child === undefined) throw noPlatform(architecture);
  return (await getManifest(get, image, child.digest)).manifest;
}

async function getBlob(get: Get, image: string, digest: string): Promise<Buffer> {
  return bytesOf(await get("blobs", digest), image);
}

async function openBlob(get: Get, image: string, digest: string): Promise<Readable> {
  const response = await get("blobs", digest);
  if (!response.ok || response.body === null) throw unexpectedStatus(image, response.status, await response.text());
  return Readable.fromWeb(response.body as ReadableStream);
}

async function bytesOf(response: Response, image: string): Promise<Buffer> {
  if (!response.ok) throw unexpectedStatus(image, response.status, await response.text());
  return Buffer.from(await response.arrayBuffer());
}

function noPlatform(architecture: string): TaskFailure {
  return new TaskFailure(
    `CannotPullContainerError: pull image manifest has been retried 7 time(s): image Manifest does not contain descriptor matching platform 'linux/${architecture}'`,
  );
}

function unreachable(image: string, { cause, message }: Error): TaskFailure {
  return new TaskFailure(
    `CannotPullContainerError: The task cannot pull ${image} from the registry. There is a connection issue between the task and the registry: ${messageOf(cause ?? message)}`,
  );
}

function invalidImage(error: unknown): TaskFailure {
  return new TaskFailure(
    `CannotPullContainerError: ref pull has been retried 1 time(s): failed to extract layer: ${messageOf(error)}`,
  );
}

function unexpectedStatus(image: string, status: number, body: string): TaskFailure {
  const text = body.replace(/\s+/g, " ").slice(0, 300);
  return new TaskFailure(
    `CannotPullContainerError: failed to resolve ref ${image}: unexpected status: ${status}: ${text}`,
  );
}
