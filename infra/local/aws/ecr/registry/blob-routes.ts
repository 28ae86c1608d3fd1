import { pipeline } from "node:stream/promises";
import { DIGEST } from "./blobs.js";
import { RegistryError } from "./errors.js";
import type { Exchange } from "./exchange.js";

/** Serves `HEAD` and `GET` of content, with ranges. */
export async function serveBlob({ request, response, store, repository, visitor }: Exchange, digest: string) {
  if (!DIGEST.test(digest)) throw new RegistryError("DIGEST_INVALID", 400, `'${digest}' is not a sha256 digest`);
  if (request.method !== "GET" && request.method !== "HEAD") {
    throw new RegistryError("UNSUPPORTED", 405, "Layers are deleted with the last image that references them.");
  }
  visitor.mustBeAllowed("ecr:GetDownloadUrlForLayer", repository.name);
  const size = repository.layers.has(digest) ? await store.blobs.size(digest) : undefined;
  if (size === undefined) {
    throw new RegistryError("BLOB_UNKNOWN", 404, `The layer '${digest}' is not in the repository '${repository.name}'`);
  }
  const range = request.method === "GET" ? readRange(request.headers.range, size) : undefined;
  const { start, end } = range ?? { start: 0, end: size - 1 };
  response.writeHead(range ? 206 : 200, {
    "content-type": "application/octet-stream",
    "content-length": end - start + 1,
    "docker-content-digest": digest,
    etag: `"${digest}"`,
    "accept-ranges": "bytes",
    ...(range && { "content-range": `bytes ${start}-${end}/${size}` }),
  });
  if (request.method === "HEAD" || size === 0) response.end();
  else await pipeline(store.blobs.stream(digest, { start, end }), response);
}

/** Reads `bytes=0-99`, `bytes=100-` or `bytes=-50`; returns undefined for anything else. */
function readRange(header: string | undefined, size: number): { start: number; end: number } | undefined {
  const [, from = "", to = ""] = /^bytes=(\d*)-(\d*)$/.exec(header ?? "") ?? [];
  if (from === "" && to === "") return undefined;
  const start = from === "" ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === "" || to === "" ? size - 1 : Math.min(Number(to), size - 1);
  if (start > end) {
    throw new RegistryError("SIZE_INVALID", 416, `The range ${header} is not within ${size} bytes`, {
      "content-range": `bytes */${size}`,
    });
  }
  return { start, end };
}
