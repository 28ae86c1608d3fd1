import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { busyboxImage, type TestImage } from "../../../containers/busybox.js";

export interface ReadOnlyRegistry {
  /** `127.0.0.1:PORT`. */
  host: string;
  image: TestImage;
  /** The digest of the index that names the image. */
  index: string;
  /** Every request that was answered with content. */
  served: string[];
  /** Returns other content than that requested. */
  corrupt: Set<string>;
  close(): void;
}

/** A public registry with one image, behind a token server as Docker Hub is, its tag naming an index of two platforms. */
export async function publicRegistry(
  architecture: string,
  config: object = { Labels: { from: "the registry" } },
): Promise<ReadOnlyRegistry> {
  const image = await busyboxImage({ gzip: true, architecture, config });
  const digestOf = (bytes: Buffer) => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
  const manifest = {
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    digest: image.digest,
    size: image.manifest.length,
  };
  const platforms = [
    { os: "linux", architecture: "riscv64" },
    { os: "linux", architecture },
  ];
  const index = Buffer.from(
    JSON.stringify({ schemaVersion: 2, manifests: platforms.map((platform) => ({ ...manifest, platform })) }),
  );
  const blobs = new Map([image.config, image.layer].map((bytes) => [`blobs/${digestOf(bytes)}`, bytes]));
  const content = new Map([...blobs, ["manifests/1.0", index], [`manifests/${image.digest}`, image.manifest]]);
  const served: string[] = [];
  const corrupt = new Set<string>();
  // Longer than clients keep their connections: none is closed while a request is written to it.
  const server = createServer({ keepAliveTimeout: 75_000 }, (request, response) =>
    answer(request, response, server, content, served, corrupt),
  );
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = () => server.close().closeAllConnections();
  return { host: hostOf(server), image, index: digestOf(index), served, corrupt, close };
}

function answer(
  { url = "", headers }: IncomingMessage,
  response: ServerResponse,
  server: Server,
  content: ReadonlyMap<string, Buffer>,
  served: string[],
  corrupt: ReadonlySet<string>,
): void {
  if (url.startsWith("/token?")) {
    const scope = new URL(url, "http://x").searchParams.get("scope");
    response.end(JSON.stringify({ token: scope === "repository:tools/busybox:pull" ? "granted" : "wrong" }));
    return;
  }
  if (headers.authorization !== "Bearer granted") {
    const challenge = `Bearer realm="http://${hostOf(server)}/token",service="test",scope="repository:tools/busybox:pull"`;
    response.writeHead(401, { "www-authenticate": challenge }).end();
    return;
  }
  const path = url.replace("/v2/tools/busybox/", "");
  const found = content.get(path);
  if (found) served.push(path);
  response.writeHead(found ? 200 : 404).end(corrupt.has(path) ? Buffer.from("{}") : found);
}

function hostOf(server: Server): string {
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}
