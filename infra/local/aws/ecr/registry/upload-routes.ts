import { uploadNotFound } from "../errors.js";
import { completeUpload } from "../layers.js";
import { findRepository, repositoryKey } from "../store.js";
import { type BlobUpload, DIGEST } from "./blobs.js";
import { RegistryError } from "./errors.js";
import { answer, type Exchange } from "./exchange.js";

/** Serves `POST …/blobs/uploads/`: starts an upload, or receives a whole layer (`?digest=`), or mounts one of another repository (`?mount=`). */
export async function beginUpload(exchange: Exchange): Promise<void> {
  const { request, response, url, store, repository, visitor } = exchange;
  if (request.method !== "POST") throw new RegistryError("UNSUPPORTED", 405, "Uploads begin with POST.");
  visitor.mustBeAllowed("ecr:InitiateLayerUpload", repository.name);
  const mounted = mount(exchange);
  if (mounted !== undefined) return answer(response, 201, located(exchange, mounted));

  const digest = url.searchParams.get("digest");
  const upload = await store.uploads.begin(repositoryKey(repository.region, repository.name));
  if (digest !== null) return finish(exchange, upload, digest);
  answer(response, 202, progress(exchange, upload));
}

/** Serves an upload: `PATCH` appends, `PUT ?digest=` completes, `GET` returns the progress, `DELETE` cancels. */
export async function continueUpload(exchange: Exchange, id: string): Promise<void> {
  const { request, response, url, store, repository, visitor } = exchange;
  visitor.mustBeAllowed("ecr:UploadLayerPart", repository.name);
  const upload = store.uploads.find(repositoryKey(repository.region, repository.name), id);
  if (!upload) throw uploadNotFound(id, repository, store.accountId);
  switch (request.method) {
    case "PATCH":
      await receive(exchange, upload);
      return answer(response, 202, progress(exchange, upload));
    case "PUT":
      return finish(exchange, upload, url.searchParams.get("digest") ?? "");
    case "GET":
      return answer(response, 204, progress(exchange, upload));
    case "DELETE":
      await store.uploads.end(upload);
      return answer(response, 204, {});
    default:
      throw new RegistryError("UNSUPPORTED", 405, `${request.method} is not for uploads.`);
  }
}

async function finish(exchange: Exchange, upload: BlobUpload, digest: string): Promise<void> {
  const { response, store, repository, visitor } = exchange;
  visitor.mustBeAllowed("ecr:CompleteLayerUpload", repository.name);
  if (!DIGEST.test(digest)) throw new RegistryError("DIGEST_INVALID", 400, `'${digest}' is not a sha256 digest`);
  await receive(exchange, upload);
  await completeUpload(store, repository, upload, digest);
  answer(response, 201, located(exchange, digest));
}

/** Streams the request's body into the upload. Keeps the bytes of a broken connection; deletes the upload after a write error. */
async function receive({ request, url, store, repository }: Exchange, upload: BlobUpload): Promise<void> {
  await store.uploads.alone(upload, async () => {
    const start = /^(\d+)-\d+$/.exec(request.headers["content-range"] ?? "")?.[1];
    if (start !== undefined && Number(start) !== upload.size) {
      throw new RegistryError(
        "BLOB_UPLOAD_INVALID",
        416,
        `The upload has ${upload.size} bytes; a chunk from ${start} does not continue it.`,
        { ...headersOf(url, repository.name, upload) },
      );
    }
    try {
      // The connection must stay open for the response when reading stops early.
      await upload.append(request.iterator({ destroyOnReturn: false }), Number(request.headers["content-length"] ?? 0));
    } catch (error) {
      if (!request.errored) await store.uploads.end(upload);
      throw error;
    }
  });
}

/** Mounts a layer of another repository that the visitor can read. Returns its digest, or undefined: then the client uploads it. */
function mount({ url, store, repository, visitor }: Exchange): string | undefined {
  const digest = url.searchParams.get("mount");
  const from = url.searchParams.get("from");
  if (digest === null || !DIGEST.test(digest)) return undefined;
  if (repository.layers.has(digest)) return digest;
  if (from === null) return undefined;
  let size: number | undefined;
  try {
    visitor.mustBeAllowed("ecr:GetDownloadUrlForLayer", from);
    size = findRepository(store, visitor.region, from).layers.get(digest);
  } catch {
    // A missing or denied source is no error: by the distribution API, the client uploads instead.
    return undefined;
  }
  if (size === undefined) return undefined;
  repository.layers.set(digest, size);
  store.document.save();
  return digest;
}

function progress({ url, repository }: Exchange, upload: BlobUpload): Record<string, string> {
  return headersOf(url, repository.name, upload);
}

function headersOf(url: URL, name: string, upload: BlobUpload): Record<string, string> {
  return {
    location: `${url.origin}/v2/${name}/blobs/uploads/${upload.id}`,
    range: `0-${Math.max(0, upload.size - 1)}`,
    "docker-upload-uuid": upload.id,
  };
}

function located({ url, repository }: Exchange, digest: string): Record<string, string> {
  return {
    location: `${url.origin}/v2/${repository.name}/blobs/${digest}`,
    "docker-content-digest": digest,
  };
}
