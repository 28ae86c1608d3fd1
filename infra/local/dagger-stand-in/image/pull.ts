import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { sha256 } from "../content/store.js";
import { StandInError } from "../errors.js";
import type { Session } from "../session/session.js";
import { formatReference, type ImageReference } from "./reference.js";
import type { Registry } from "./registry.js";
import { type ContainerState, type ImageConfig, type Layer, scratchState } from "./state.js";

const accepted = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

interface Descriptor {
  mediaType: string;
  digest: string;
  platform?: { os: string; architecture: string; variant?: string };
}

interface Document {
  manifests?: Descriptor[];
  config?: Descriptor;
  layers?: Descriptor[];
}

/**
 * Pulls an image from a registry into the store and decompresses its layers.
 *
 * @throws {StandInError} The image is not available for this platform, or the content does not match its digest.
 */
export async function pullImage(
  session: Session,
  registry: Registry,
  reference: ImageReference,
  platform: string,
): Promise<ContainerState> {
  const { digest, document: top } = await fetchManifest(
    registry,
    reference.digest ?? reference.tag ?? "latest",
    reference.digest,
  );
  const document = top.manifests ? await forPlatform(registry, top.manifests, reference, platform) : top;
  if (!document.config || !document.layers) throw new StandInError(`${formatReference(reference)} is not an image.`);
  const configBytes = await fetchBlob(registry, document.config.digest);
  const image = JSON.parse(configBytes.toString("utf8")) as { config?: ImageConfig; rootfs: { diff_ids: string[] } };
  const layers: Layer[] = [];
  for (const [index, { digest }] of document.layers.entries()) {
    layers.push(await fetchLayer(session, registry, digest, image.rootfs.diff_ids[index] ?? "", reference));
  }
  const imageRef = formatReference({ ...reference, digest });
  return { ...scratchState(platform), layers, config: image.config ?? {}, imageRef };
}

async function fetchManifest(
  registry: Registry,
  name: string,
  expected?: string,
): Promise<{ digest: string; document: Document }> {
  const bytes = Buffer.from(await (await registry.get(`manifests/${name}`, accepted)).arrayBuffer());
  const digest = sha256(bytes);
  if (expected && digest !== expected)
    throw new StandInError(`The registry returned ${digest}; ${expected} was requested.`);
  return { digest, document: JSON.parse(bytes.toString("utf8")) as Document };
}

async function forPlatform(
  registry: Registry,
  manifests: Descriptor[],
  reference: ImageReference,
  platform: string,
): Promise<Document> {
  const names = manifests.map((manifest) => platformName(manifest));
  const chosen =
    manifests[names.indexOf(platform)] ?? manifests.find((_, index) => names[index]?.startsWith(`${platform}/`));
  if (!chosen) {
    throw new StandInError(
      `${formatReference(reference)} is not available for ${platform}. Available: ${names.filter((name) => !name.startsWith("unknown")).join(", ")}.`,
    );
  }
  return (await fetchManifest(registry, chosen.digest, chosen.digest)).document;
}

function platformName({ platform }: Descriptor): string {
  return [platform?.os, platform?.architecture, platform?.variant].filter(Boolean).join("/");
}

async function fetchBlob(registry: Registry, digest: string): Promise<Buffer> {
  const bytes = Buffer.from(await (await registry.get(`blobs/${digest}`)).arrayBuffer());
  if (sha256(bytes) !== digest) throw new StandInError(`The registry returned content that does not match ${digest}.`);
  return bytes;
}

/** Pulls a layer and verifies its diff id, which is the digest of the uncompressed content. */
async function fetchLayer(
  { store, trace }: Session,
  registry: Registry,
  digest: string,
  diffId: string,
  reference: ImageReference,
): Promise<Layer> {
  const createdBy = `from ${formatReference(reference)}`;
  if (store.has(diffId)) return { digest: diffId, size: await store.size(diffId), createdBy };
  const blob = await trace.step(`pull ${digest}`, async () => {
    const response = await registry.get(`blobs/${digest}`);
    const body = Readable.fromWeb(response.body as import("node:stream/web").ReadableStream);
    return store.putStream(await uncompressed(body));
  });
  if (blob.digest !== diffId)
    throw new StandInError(`The layer ${digest} unpacks to ${blob.digest}; its image states ${diffId}.`);
  return { ...blob, createdBy };
}

/** Detects compression by the first bytes: media types are unreliable. */
async function uncompressed(body: Readable): Promise<Readable> {
  const iterator = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const first = (await iterator.next()).value ?? Buffer.alloc(0);
  const whole = Readable.from(
    (async function* () {
      yield first;
      yield* { [Symbol.asyncIterator]: () => iterator };
    })(),
  );
  if (first[0] !== 0x1f || first[1] !== 0x8b) return whole;
  const plain = createGunzip();
  whole.once("error", (error) => plain.destroy(error));
  return whole.pipe(plain);
}
