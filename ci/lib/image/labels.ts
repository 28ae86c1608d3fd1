/** Labels of an image, named as in https://specs.opencontainers.org/image-spec/annotations/ where it defines one. */
export const LABEL = {
  version: "org.opencontainers.image.version",
  revision: "org.opencontainers.image.revision",
  source: "org.opencontainers.image.source",
  created: "org.opencontainers.image.created",
  baseName: "org.opencontainers.image.base.name",
  baseDigest: "org.opencontainers.image.base.digest",
  /** The images that the Dockerfile's FROM instructions name, each with its digest, separated by spaces. */
  bases: "slipway.base-images",
  /** The identity of what it was built from. */
  inputDigest: "slipway.input-digest",
  /** `true` on an image that was published from a tree with uncommitted changes. */
  dirty: "slipway.dirty",
} as const;

export interface Provenance {
  version: string;
  inputDigest: string;
  /** As they resolved, such as `docker.io/library/python:3.13-slim@sha256:…`; that of the released stage first. */
  bases: [string, ...string[]];
  /** The commit and its time; absent for a local build. */
  commit?: { id: string; time: Date };
  /** The tree had uncommitted changes. */
  dirty?: boolean;
  /** The URL of the source code. */
  source?: string;
}

export function labelsOf({ version, inputDigest, bases, commit, dirty, source }: Provenance): Record<string, string> {
  const { name, digest } = splitReference(bases[0]);
  const images = bases.filter((base) => base !== "scratch");
  return {
    [LABEL.version]: version,
    [LABEL.inputDigest]: inputDigest,
    [LABEL.baseName]: name,
    ...(digest && { [LABEL.baseDigest]: digest }),
    ...(images.length > 0 && { [LABEL.bases]: images.join(" ") }),
    ...(commit && { [LABEL.revision]: commit.id, [LABEL.created]: commit.time.toISOString() }),
    ...(dirty && { [LABEL.dirty]: "true" }),
    ...(source && { [LABEL.source]: source }),
  };
}

/** Splits an image reference: `python:3.13-slim@sha256:…` → `python:3.13-slim` and `sha256:…`. */
export function splitReference(reference: string): { name: string; digest?: string } {
  const [name = "", digest] = reference.split("@");
  return digest ? { name, digest } : { name };
}
