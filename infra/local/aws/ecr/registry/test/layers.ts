import { createHash, randomBytes } from "node:crypto";
import { type RawResponse, send } from "../../../test/local-aws.js";

export function digestOf(content: string | Uint8Array): string {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}

type Headers = Record<string, string>;

/** Uploads a layer as a whole, in one request. */
export function uploadLayer(base: string, login: Headers, content: Uint8Array): Promise<RawResponse> {
  const url = `${base}/blobs/uploads/?digest=${digestOf(content)}`;
  return send(url, { method: "POST", headers: { ...login, "content-length": String(content.length) }, body: content });
}

/** Begins an upload; answers its location. */
export async function beginUpload(base: string, login: Headers): Promise<string> {
  const { headers } = await send(`${base}/blobs/uploads/`, { method: "POST", headers: login });
  return String(headers.location);
}

/** The manifest of an image with one layer, with its config and layer uploaded. Each is another one unless `content` is given. */
export async function imageIn(base: string, login: Headers, content: Uint8Array = randomBytes(100)) {
  const config = Buffer.from(JSON.stringify({ os: "linux", layer: digestOf(content) }));
  for (const blob of [config, content]) await uploadLayer(base, login, blob);
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: { mediaType: "application/vnd.oci.image.config.v1+json", digest: digestOf(config), size: config.length },
    layers: [{ mediaType: "application/vnd.oci.image.layer.v1.tar", digest: digestOf(content), size: content.length }],
  });
  return { manifest, digest: digestOf(manifest), layer: digestOf(content), size: config.length + content.length };
}

export const OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";

export function pushManifest(base: string, login: Headers, reference: string, manifest: string): Promise<RawResponse> {
  const headers = { ...login, "content-type": OCI_MANIFEST };
  return send(`${base}/manifests/${reference}`, { method: "PUT", headers, body: manifest });
}
