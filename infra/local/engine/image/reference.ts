import { StandInError } from "../errors.js";

/** An image's name in parts: `docker.io/library/python:3.13-slim`. */
export interface ImageReference {
  /** Such as `docker.io` or `127.0.0.1:4566`. */
  registry: string;
  /** Such as `library/python`. */
  name: string;
  tag?: string;
  digest?: string;
}

/** @throws {StandInError} It is no image reference. */
export function parseReference(address: string): ImageReference {
  const match =
    /^((?:[a-z0-9-]+(?:\.[a-z0-9-]+)+|localhost|[a-z0-9.-]+(?=:\d+\/))(?::\d+)?\/)?([a-z0-9]+(?:[._/-]+[a-z0-9]+)*)(?::([\w][\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$/i.exec(
      address,
    );
  const [, host, name, tag, digest] = match ?? [];
  if (!name) {
    throw new StandInError(
      `${JSON.stringify(address)} is not an image. Accepted: NAME:TAG or NAME@sha256:DIGEST, such as python:3.13-slim.`,
    );
  }
  const registry = host?.slice(0, -1) ?? "docker.io";
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
