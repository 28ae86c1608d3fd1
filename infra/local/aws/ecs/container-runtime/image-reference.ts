import { isRepositoryName, isTag } from "../../ecr/names.js";
import { DIGEST } from "../../ecr/registry/blobs.js";
import { TaskFailure } from "./task-failure.js";

/** Image of the registry on this machine. */
export interface ImageReference {
  /** Name of the repository. */
  name: string;
  /** Tag, or digest such as `sha256:…`. */
  reference: string;
}

/** Domain suffixes of all partitions: https://github.com/boto/botocore/blob/develop/botocore/data/partitions.json */
const suffix =
  "(?:amazonaws\\.com(?:\\.cn)?|amazonaws\\.eu|c2s\\.ic\\.gov|sc2s\\.sgov\\.gov|cloud\\.adc-e\\.uk|csp\\.hci\\.ic\\.gov)";
const ours = new RegExp(`^(127\\.0\\.0\\.1:\\d+|localhost:\\d+|\\d{12}\\.dkr\\.ecr\\.[a-z0-9-]+\\.${suffix})/`);

/**
 * Parses an image's address. Only the registry of the local AWS is supported: by its address on this machine or by its ECR name.
 *
 * @throws {TaskFailure} It is in another registry, or no valid address: its parts become a path to which credentials are sent.
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
  if (!isRepositoryName(name) || !isTag(tag) || (digest !== undefined && !DIGEST.test(digest))) {
    throw new TaskFailure(
      `CannotPullContainerError: failed to parse image reference ${image}: invalid reference format`,
    );
  }
  return { name, reference: digest ?? tag };
}
