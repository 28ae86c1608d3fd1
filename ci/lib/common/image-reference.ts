/** An image reference of a task definition, in its parts. */
export interface ImageReference {
  /** `[host/]path`, without tag and digest. */
  repository: string;
  tag?: string;
  /** `sha256:…`, which counts more than the tag. */
  digest?: string;
}

/** Splits `[host[:port]/]path[:tag][@digest]`. Pure. */
export function parseImage(image: string): ImageReference {
  const [, repository = image, tag, digest] = /^(.+?)(?::([\w][\w.-]*))?(?:@(sha256:[0-9a-f]{64}))?$/.exec(image) ?? [];
  return { repository, ...(tag !== undefined && { tag }), ...(digest !== undefined && { digest }) };
}

/** The first part is a host when it has a dot or a port, or is localhost: https://distribution.github.io/distribution/spec/api/ */
export function splitHost(repository: string): [host: string | undefined, path: string] {
  const [first = "", ...rest] = repository.split("/");
  const isHost = rest.length > 0 && (/[.:]/.test(first) || first === "localhost");
  return isHost ? [first, rest.join("/")] : [undefined, repository];
}
