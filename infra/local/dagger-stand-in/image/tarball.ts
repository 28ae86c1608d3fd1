import type { Readable } from "node:stream";
import tar from "tar-stream";
import type { Blob, Store } from "../content/store.js";
import { imageDocuments, mediaTypes } from "./manifest.js";
import type { ContainerState } from "./state.js";

/** Packs an image as one file: an OCI layout that `docker load` and `podman load` also read. */
export async function imageTarball(store: Store, state: ContainerState): Promise<Blob> {
  const archive = tar.pack();
  const written = store.putStream(archive as unknown as Readable);
  await Promise.all([written, fill(store, archive, state)]);
  return written;
}

async function fill(store: Store, archive: tar.Pack, state: ContainerState): Promise<void> {
  const { config, configDigest, manifest, digest } = imageDocuments(state);
  const layers = [...new Map(state.layers.map((layer) => [layer.digest, layer])).keys()];
  await add(archive, "oci-layout", json({ imageLayoutVersion: "1.0.0" }));
  await add(archive, blobName(configDigest), config);
  for (const layer of layers) await add(archive, blobName(layer), await store.read(layer));
  await add(archive, blobName(digest), manifest);
  const described = { mediaType: mediaTypes.manifest, digest, size: manifest.length };
  await add(archive, "index.json", json({ schemaVersion: 2, manifests: [described] }));
  const loadable = {
    Config: blobName(configDigest),
    RepoTags: [],
    Layers: state.layers.map((layer) => blobName(layer.digest)),
  };
  await add(archive, "manifest.json", json([loadable]));
  archive.finalize();
}

function add(archive: tar.Pack, name: string, content: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    archive.entry({ name, mode: 0o644, mtime: new Date(0) }, content, (error) => (error ? reject(error) : resolve()));
  });
}

function blobName(digest: string): string {
  return `blobs/sha256/${digest.slice("sha256:".length)}`;
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}
