import { createHash } from "node:crypto";
import { PassThrough, type Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import tar from "tar-stream";
import type { ContainerRuntime } from "./connect.js";
import { ContainerRuntimeError, runtimeStatus } from "./errors.js";
import { readProgress } from "./progress.js";

/** Image layer: a tar, plain or compressed with gzip. */
interface ImageLayer {
  /** Digest of the uncompressed tar, as in the config's `rootfs.diff_ids`. */
  diffId: string;
  /** Size of the content of `open()`, in bytes. */
  size: number;
  open(): Readable | Promise<Readable>;
}

export interface LoadableImage {
  /** The image's config, byte for byte: its SHA-256 is the image's id. */
  config: Buffer;
  /** Layers from the bottom up, one for each of the config's `rootfs.diff_ids`. */
  layers: ImageLayer[];
}

/**
 * Loads an image into the runtime, which pulls nothing itself. Skips images and layers that the runtime has.
 *
 * @param name The image's name within `localhost/slipway/`, such as `task`.
 * @returns Reference to create containers from, such as `localhost/slipway/task:<64 hex digits of the config's digest>`.
 * @throws {ContainerRuntimeError} The runtime rejects the image, or its layers are not those of the config.
 */
export async function loadImage(runtime: ContainerRuntime, image: LoadableImage, name = "image"): Promise<string> {
  const reference = `localhost/slipway/${name}:${createHash("sha256").update(image.config).digest("hex")}`;
  const diffIds = readDiffIds(image);
  if (await hasImage(runtime, reference)) return reference;
  const known = await knownLayers(runtime, diffIds);
  try {
    await load(runtime, image, reference, known);
  } catch (error) {
    // An image with the known layers may have been removed in the meantime.
    if (known === 0) throw error;
    await load(runtime, image, reference, 0);
  }
  if (await hasImage(runtime, reference)) return reference;
  throw new ContainerRuntimeError(
    `The container runtime accepted the image ${reference} but does not have it. Check its disk space.`,
  );
}

/** Returns true when the runtime has an image with this reference or ID. */
export async function hasImage({ docker }: ContainerRuntime, reference: string): Promise<boolean> {
  try {
    await docker.getImage(reference).inspect();
    return true;
  } catch (error) {
    if (runtimeStatus(error) === 404) return false;
    throw error;
  }
}

function readDiffIds({ config, layers }: LoadableImage): string[] {
  const { rootfs } = JSON.parse(config.toString("utf8")) as { rootfs?: { diff_ids?: string[] } };
  const diffIds = rootfs?.diff_ids ?? [];
  const given = layers.map(({ diffId }) => diffId);
  if (diffIds.join() === given.join()) return diffIds;
  throw new ContainerRuntimeError(
    `The image's layers are not those of its config: [${given.join(", ")}], not [${diffIds.join(", ")}].`,
  );
}

/** Returns the number of bottom layers that the runtime has as the bottom of another image. Only Docker accepts an archive without them. */
async function knownLayers({ docker, kind }: ContainerRuntime, diffIds: string[]): Promise<number> {
  if (kind !== "docker") return 0;
  const images = await docker.listImages({ filters: JSON.stringify({ reference: ["localhost/slipway/*"] }) });
  let known = 0;
  for (const { Id } of images) {
    const { RootFS } = await docker.getImage(Id).inspect().catch(ignoreRemoved);
    const layers = RootFS?.Layers ?? [];
    const differs = diffIds.findIndex((diffId, index) => layers[index] !== diffId);
    known = Math.max(known, differs === -1 ? diffIds.length : differs);
  }
  return known;
}

function ignoreRemoved(error: unknown): { RootFS?: { Layers?: string[] } } {
  if (runtimeStatus(error) === 404) return {};
  throw error;
}

const quiet: object = { _query: { quiet: true } };

async function load(
  { docker }: ContainerRuntime,
  image: LoadableImage,
  reference: string,
  skip: number,
): Promise<void> {
  const archive = tar.pack();
  const body = new PassThrough();
  let broken: unknown;
  Promise.all([fillArchive(archive, image, reference, skip), pipeline(archive, body)]).catch((error: Error) => {
    broken ??= error;
    body.destroy(error);
  });
  try {
    await readProgress(await docker.loadImage(body, quiet));
  } catch (error) {
    // A layer that can't be read fails the request too: the layer's error is the cause.
    throw broken ?? error;
  } finally {
    body.destroy();
  }
}

/** Writes Docker's archive format, which Podman reads too: https://github.com/moby/docker-image-spec/blob/main/spec.md */
async function fillArchive(archive: tar.Pack, image: LoadableImage, reference: string, skip: number): Promise<void> {
  const paths = image.layers.map(({ diffId }) => `${diffId.replace("sha256:", "")}/layer.tar`);
  const config = `${reference.split(":").at(-1)}.json`;
  archive.entry({ name: config }, image.config);
  for (const [index, layer] of image.layers.entries()) {
    if (index < skip || paths.indexOf(paths[index] ?? "") < index) continue;
    await pipeline(await layer.open(), archive.entry({ name: paths[index] ?? "", size: layer.size }));
  }
  archive.entry({ name: "manifest.json" }, JSON.stringify([{ Config: config, RepoTags: [reference], Layers: paths }]));
  archive.finalize();
}
