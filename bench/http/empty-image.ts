import { gzipSync } from "node:zlib";
import type { ImageScript } from "../scenario/scenario.js";
import { digestOf, type ImageContent } from "./push-image.js";

/** Builds a minimal image for simulated tasks: two images differ in the version in their configuration. */
export async function emptyImage(version: string, { platform = "linux/amd64" }: ImageScript): Promise<ImageContent> {
  // Two blocks of zeros: the end of an empty tar archive.
  const archive = Buffer.alloc(1024);
  const layer = gzipSync(archive);
  const [os, architecture] = platform.split("/");
  const config = Buffer.from(
    JSON.stringify({
      architecture,
      os,
      config: { Env: [`VERSION=${version}`] },
      rootfs: { type: "layers", diff_ids: [digestOf(archive)] },
    }),
  );
  const manifest = {
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    config: { mediaType: "application/vnd.oci.image.config.v1+json", digest: digestOf(config), size: config.length },
    layers: [{ mediaType: "application/vnd.oci.image.layer.v1.tar+gzip", digest: digestOf(layer), size: layer.length }],
  };
  return { blobs: [layer, config], manifest: Buffer.from(JSON.stringify(manifest)) };
}
