import { sha256 } from "../content/store.js";
import type { ContainerState } from "./state.js";

export const mediaTypes = {
  manifest: "application/vnd.oci.image.manifest.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
  layer: "application/vnd.oci.image.layer.v1.tar",
} as const;

/** Returns an image's two documents, byte for byte. The same container always has the same documents: they carry no build time. */
export interface ImageDocuments {
  config: Buffer;
  configDigest: string;
  manifest: Buffer;
  digest: string;
}

export function imageDocuments({ platform, layers, config }: ContainerState): ImageDocuments {
  const [os, architecture, variant] = platform.split("/");
  const created = config.Labels?.["org.opencontainers.image.created"] ?? new Date(0).toISOString();
  const configBytes = json({
    created,
    architecture,
    os,
    ...(variant && { variant }),
    config,
    rootfs: { type: "layers", diff_ids: layers.map(({ digest }) => digest) },
    history: layers.map(({ createdBy }) => ({ created, created_by: createdBy })),
  });
  const configDigest = sha256(configBytes);
  const manifest = json({
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: { mediaType: mediaTypes.config, digest: configDigest, size: configBytes.length },
    layers: layers.map(({ digest, size }) => ({ mediaType: mediaTypes.layer, digest, size })),
  });
  return { config: configBytes, configDigest, manifest, digest: sha256(manifest) };
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}
