import { createHash } from "node:crypto";
import { PassThrough, type Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import tar from "tar-stream";
import type { Engine } from "./connect.js";
import { EngineError, engineStatus } from "./errors.js";
import { readProgress } from "./progress.js";

/** One layer: a tar, plain or compressed with gzip. */
export interface ImageLayer {
  /** Digest of the uncompressed tar, as in the config's `rootfs.diff_ids`. */
  diffId: string;
  /** Bytes that `open()` yields. */
  size: number;
  open(): Readable | Promise<Readable>;
}

export interface LoadableImage {
  /** The image's config, byte for byte: its SHA-256 is the image's id. */
  config: Buffer;
  /** From the bottom up, one for each of the config's `rootfs.diff_ids`. */
  layers: ImageLayer[];
}

/**
 * Brings an image into the engine, which fetches nothing itself. What the engine has already, images and layers, is not sent again.
 *
 * @param name The image's name within `localhost/slipway/`, such as `task`.
 * @returns The reference to make containers from, such as `localhost/slipway/task:<64 hex digits of the config's digest>`.
 * @throws {EngineError} The engine refused the image, or its layers are not those of the config.
 */
export async function loadImage(engine: Engine, image: LoadableImage, name = "image"): Promise<string> {
  const reference = `localhost/slipway/${name}:${createHash("sha256").update(image.config).digest("hex")}`;
  const diffIds = readDiffIds(image);
  if (await hasImage(engine, reference)) return reference;
  const known = await knownLayers(engine, diffIds);
  try {
    await load(engine, image, reference, known);
  } catch (error) {
    // An image that held the known layers may have been removed meanwhile.
    if (known === 0) throw error;
    await load(engine, image, reference, 0);
  }
  if (await hasImage(engine, reference)) return reference;
  throw new EngineError(`The container engine took the image ${reference} and does not have it. Is its disk full?`);
}

/** Whether the engine has an image of this reference or id. */
export async function hasImage({ docker }: Engine, reference: string): Promise<boolean> {
  try {
    await docker.getImage(reference).inspect();
    return true;
  } catch (error) {
    if (engineStatus(error) === 404) return false;
    throw error;
  }
}

function readDiffIds({ config, layers }: LoadableImage): string[] {
  const { rootfs } = JSON.parse(config.toString("utf8")) as { rootfs?: { diff_ids?: string[] } };
  const diffIds = rootfs?.diff_ids ?? [];
  const given = layers.map(({ diffId }) => diffId);
  if (diffIds.join() === given.join()) return diffIds;
  throw new EngineError(
    `The image's layers are not those of its config: [${given.join(", ")}], not [${diffIds.join(", ")}].`,
  );
}

/** How many of the bottom layers are in the engine as the bottom of another image: only Docker takes an archive without them. */
async function knownLayers({ docker, kind }: Engine, diffIds: string[]): Promise<number> {
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
  if (engineStatus(error) === 404) return {};
  throw error;
}

const quiet: object = { _query: { quiet: true } };

async function load({ docker }: Engine, image: LoadableImage, reference: string, skip: number): Promise<void> {
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
    // A layer that can't be read breaks the request as well: the layer's error is the cause.
    throw broken ?? error;
  } finally {
    body.destroy();
  }
}

/** Docker's archive format, which Podman reads too: https://github.com/moby/docker-image-spec/blob/main/spec.md */
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
