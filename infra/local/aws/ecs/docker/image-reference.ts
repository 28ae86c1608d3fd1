import { TaskFailure } from "./failure.js";

/** An image of the registry on this machine. */
export interface ImageReference {
  /** The repository's name. */
  name: string;
  /** A tag, or a digest such as `sha256:…`. */
  reference: string;
}

const ours = /^(127\.0\.0\.1:\d+|localhost:\d+|\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com)\//;

/**
 * Reads an image's address. Only the registry of the local AWS is there: by its address on this machine or by ECR's name for it.
 *
 * @throws {TaskFailure} It is in another registry.
 */
export function parseImage(image: string): ImageReference {
  const registry = ours.exec(image)?.[0];
  if (registry === undefined) {
    throw new TaskFailure(
      `CannotPullContainerError: pull image manifest has been retried 7 time(s): failed to resolve ref ${image}: the local AWS ` +
        "pulls from its own registry only: 127.0.0.1:PORT/NAME or ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME",
    );
  }
  const [path = "", digest] = image.slice(registry.length).split("@");
  const [name = "", tag = "latest"] = path.split(":");
  return { name, reference: digest ?? tag };
}
