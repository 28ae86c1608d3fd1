import { AwsError } from "../protocol/service.js";

/** References of a manifest. */
export interface Manifest {
  mediaType: string;
  artifactMediaType?: string;
  /** Config and layers, which must be in the repository. Excludes foreign layers (with `urls`). */
  content: { digest: string; size: number }[];
  /** Digests of a manifest list's images. */
  manifests: string[];
  subject?: string;
}

const IMAGE_TYPES = [
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
];
const LIST_TYPES = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
];

interface Descriptor {
  digest: string;
  size: number;
  mediaType?: string;
  urls?: string[];
}

/**
 * Reads an image manifest or a manifest list: Docker's schema 2 or OCI's.
 * @param mediaType Content type of the request. Default: the manifest's `mediaType`.
 */
export function readManifest(content: string, mediaType: string | undefined): Manifest {
  const parsed = parse(content);
  const own = typeof parsed.mediaType === "string" ? parsed.mediaType : undefined;
  const type = mediaType ?? own;
  if (type === undefined) throw invalid("it has no mediaType, and none was sent with it");
  if (own !== undefined && own !== type) throw invalid(`its mediaType is ${own}, but it was sent as ${type}`);
  const subject = parsed.subject === undefined ? undefined : descriptor(parsed.subject, "subject").digest;
  const common = { mediaType: type, ...(subject === undefined ? {} : { subject }) };
  if (LIST_TYPES.includes(type)) {
    return { ...common, content: [], manifests: descriptors(parsed, "manifests").map((each) => each.digest) };
  }
  if (!IMAGE_TYPES.includes(type)) {
    throw invalid(`its type ${type} is none of ${[...IMAGE_TYPES, ...LIST_TYPES].join(", ")}`);
  }
  const config = descriptor(parsed.config, "config");
  const layers = descriptors(parsed, "layers").filter((layer) => !layer.urls?.length);
  const artifactMediaType = config.mediaType;
  return {
    ...common,
    ...(artifactMediaType === undefined ? {} : { artifactMediaType }),
    content: [config, ...layers].map(({ digest, size }) => ({ digest, size })),
    manifests: [],
  };
}

function parse(content: string): Record<string, unknown> {
  try {
    const parsed = JSON.parse(content);
    if (typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)) return parsed;
  } catch {
    throw invalid("it is not JSON");
  }
  throw invalid("it is not a JSON object");
}

function descriptors(parsed: Record<string, unknown>, name: string): Descriptor[] {
  const found = parsed[name];
  if (!Array.isArray(found)) throw invalid(`its ${name} are not a list`);
  return found.map((each, index) => descriptor(each, `${name}[${index}]`));
}

function descriptor(value: unknown, where: string): Descriptor {
  const { digest, size } = (value ?? {}) as Partial<Descriptor>;
  if (typeof digest !== "string" || !/^sha256:[0-9a-f]{64}$/.test(digest))
    throw invalid(`${where} has no sha256 digest`);
  if (typeof size !== "number" || size < 0) throw invalid(`${where} has no size`);
  return value as Descriptor;
}

function invalid(why: string): AwsError {
  return new AwsError(
    "InvalidParameterException",
    `Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'must be an image manifest': ${why}`,
  );
}
