import type { Aws } from "./clients.js";
import { manifestTypes } from "./manifest-types.js";
import { readRegistryJson } from "./registry-json.js";
import { abort, sdk } from "./sdk.js";

type Place = Record<"registryId" | "repositoryName", string>;

/** A client of the registry's region, and the base URL of a local AWS. */
interface Ecr extends Pick<Aws, "endpoint"> {
  ecr: Pick<Aws["ecr"], "send">;
}

/** An image's manifest or an index of them, as far as it is read here. https://specs.opencontainers.org/image-spec/image-index/ */
interface Manifest {
  manifests?: { digest?: string; platform?: ImagePlatform }[];
  config?: { digest: string };
}
interface ImagePlatform {
  os?: string;
  architecture?: string;
}

/** An image for one platform. */
export interface PlatformImage {
  /** Such as `linux/amd64`. */
  platform: string;
  /** Of its manifest. */
  digest: string;
}

/**
 * Reads the platforms of an image in ECR: of an index, those of all its images; of a single image, that of its configuration.
 * They are read through ECR's API, so that the credentials of the deploy are enough.
 */
export async function readPlatformImages(
  aws: Ecr,
  { registryId, repositoryName }: Place,
  digest: string,
  signal?: AbortSignal,
): Promise<PlatformImage[]> {
  const place = { registryId, repositoryName };
  const manifest = await readManifest(aws, place, digest, signal);
  const images = manifest.manifests
    ? manifest.manifests.map((one) => ({ ...platformIn(one), digest: one.digest ?? "" }))
    : [{ ...(await readConfig(aws, place, manifest.config?.digest ?? "", signal)), digest }];
  // An attestation of an image's making stands in its index as unknown/unknown.
  return images
    .filter(({ os }) => os && os !== "unknown")
    .map(({ os, architecture, digest: one }) => ({ platform: `${os}/${architecture}`, digest: one }));
}

function platformIn({ platform }: { platform?: ImagePlatform }): ImagePlatform {
  if (platform) return platform;
  throw new Error("the index names no platform of its images");
}

async function readManifest(aws: Ecr, place: Place, digest: string, signal?: AbortSignal): Promise<Manifest> {
  const input = { ...place, imageIds: [{ imageDigest: digest }], acceptedMediaTypes: manifestTypes };
  const { images, failures } = await aws.ecr.send(new sdk.ecr.BatchGetImageCommand(input), abort({ signal }));
  const text = images?.[0]?.imageManifest;
  if (text === undefined)
    throw new Error(`ECR has no manifest of ${digest}: ${failures?.[0]?.failureReason ?? "no reason given"}`);
  return JSON.parse(text) as Manifest;
}

async function readConfig(aws: Ecr, place: Place, digest: string, signal?: AbortSignal): Promise<ImagePlatform> {
  const command = new sdk.ecr.GetDownloadUrlForLayerCommand({ ...place, layerDigest: digest });
  const { downloadUrl } = await aws.ecr.send(command, abort({ signal }));
  const name = `the link to the image's configuration ${digest}`;
  if (downloadUrl === undefined || !URL.canParse(downloadUrl)) throw new Error(`${name} is missing in ECR's answer`);
  const url = reachable(new URL(downloadUrl), aws.endpoint);
  // AWS's links are https: another is a local AWS's, which no proxy reaches.
  const how = { name, direct: url.protocol === "http:", ...(signal && { signal }) };
  return await readRegistryJson<ImagePlatform>(url, how);
}

/** A local AWS names itself by the host's loopback, which an engine's container reaches by another address. */
function reachable(url: URL, endpoint: string | undefined): URL {
  return endpoint === undefined ? url : new URL(`${url.pathname}${url.search}`, endpoint);
}
