import type { ServerResponse } from "node:http";
import { type EcrStore, type Image, repositoriesOf } from "../store.js";
import { DIGEST } from "./blobs.js";
import { RegistryError } from "./errors.js";
import { answerJson, type Exchange } from "./exchange.js";

/** Serves `GET …/tags/list`, sorted by name, in pages of `n` after `last`. */
export function listTags({ response, url, repository, visitor }: Exchange): void {
  visitor.mustBeAllowed("ecr:ListImages", repository.name);
  const tags = [...repository.images.values()].flatMap((image) => image.tags).sort();
  sendPage(response, url, tags, (found) => ({ name: repository.name, tags: found }));
}

/** Serves `GET /v2/_catalog`: the repositories of the token's region. */
export function listRepositories(response: ServerResponse, url: URL, store: EcrStore, region: string): void {
  const names = repositoriesOf(store, region).map((each) => each.name);
  sendPage(response, url, names, (found) => ({ repositories: found }));
}

/** Serves `GET …/referrers/<digest>`: manifests that refer to this image, such as signatures. */
export async function listReferrers(
  { response, url, store, repository, visitor }: Exchange,
  digest: string,
): Promise<void> {
  if (!DIGEST.test(digest)) throw new RegistryError("DIGEST_INVALID", 400, `'${digest}' is not a sha256 digest`);
  visitor.mustBeAllowed("ecr:BatchGetImage", repository.name);
  const wanted = url.searchParams.get("artifactType");
  const about = [...repository.images.values()].filter((image) => image.subject === digest);
  const described = await Promise.all(about.map((image) => describeReferrer(store, image)));
  const manifests = described.filter(({ artifactType }) => wanted === null || artifactType === wanted);
  const mediaType = "application/vnd.oci.image.index.v1+json";
  answerJson(
    response,
    { schemaVersion: 2, mediaType, manifests },
    { "content-type": mediaType, ...(wanted !== null && { "oci-filters-applied": "artifactType" }) },
  );
}

/** @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-referrers */
async function describeReferrer(store: EcrStore, image: Image) {
  const { artifactType = image.artifactMediaType, annotations } = JSON.parse(
    (await store.blobs.read(image.digest)).toString("utf8"),
  ) as { artifactType?: string; annotations?: Record<string, string> };
  const { mediaType, digest, manifestSize: size } = image;
  return { mediaType, digest, size, ...(artifactType && { artifactType }), ...(annotations && { annotations }) };
}

function sendPage(response: ServerResponse, url: URL, all: string[], shape: (found: string[]) => object): void {
  const last = url.searchParams.get("last");
  const size = Number(url.searchParams.get("n") ?? 1000);
  if (!Number.isSafeInteger(size) || size < 0) {
    throw new RegistryError("PAGINATION_NUMBER_INVALID", 400, `n is '${url.searchParams.get("n")}', not a number`);
  }
  const rest = last === null ? all : all.filter((each) => each > last);
  const found = rest.slice(0, size);
  const next = new URLSearchParams({ last: found.at(-1) ?? "", n: String(size) });
  const more = found.length > 0 && rest.length > found.length;
  answerJson(response, shape(found), more ? { link: `<${url.pathname}?${next}>; rel="next"` } : {});
}
