import { StandInError } from "../errors.js";

/** Parts of an image's name: `docker.io/library/python:3.13-slim`. */
export interface ImageReference {
  /** Such as `docker.io` or `127.0.0.1:4566`. */
  registry: string;
  /** Such as `library/python`. */
  name: string;
  tag?: string;
  digest?: string;
}

// https://github.com/distribution/reference/blob/main/regexp.go
const component = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
const path = `${component}(?:/${component})*`;
const label = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?";
/** Matches a first part that is a registry: it has a dot or a port, or is localhost. */
const domain = `(?:${label}(?:\\.${label})+(?::\\d+)?|${label}:\\d+|localhost)`;
const tagPattern = "[\\w][\\w.-]{0,127}";
const digestPattern = "sha256:[0-9a-f]{64}";
const reference = new RegExp(`^(?:(${domain})/)?(${path})(?::(${tagPattern}))?(?:@(${digestPattern}))?$`);

/** Matches a repository's name without its registry. */
export function isName(text: string): boolean {
  return text.length <= 255 && new RegExp(`^${path}$`).test(text);
}

export function isTag(text: string): boolean {
  return new RegExp(`^${tagPattern}$`).test(text);
}

export function isDigest(text: string): boolean {
  return new RegExp(`^${digestPattern}$`).test(text);
}

/** Reads an image reference. @throws {StandInError} The text is not an image reference. */
export function parseReference(address: string): ImageReference {
  const match = address.length <= 1024 ? reference.exec(address) : null;
  const [, host, name, tag, digest] = match ?? [];
  if (!name) {
    throw new StandInError(
      `${JSON.stringify(address.slice(0, 200))} is not an image reference. Accepted: NAME:TAG or NAME@sha256:DIGEST, such as python:3.13-slim.`,
    );
  }
  const registry = host ?? "docker.io";
  const full = registry === "docker.io" && !name.includes("/") ? `library/${name}` : name;
  return {
    registry,
    name: full,
    ...(tag && { tag }),
    ...(digest && { digest }),
    ...(!tag && !digest && { tag: "latest" }),
  };
}

export function formatReference({ registry, name, tag, digest }: ImageReference): string {
  return `${registry}/${name}${tag ? `:${tag}` : ""}${digest ? `@${digest}` : ""}`;
}
