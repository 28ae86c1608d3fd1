import type { ECRClient } from "@aws-sdk/client-ecr";
import type { Target } from "../../ci/src/target.js";
import type { ImageScript } from "../world/scenario.js";
import { pushImage } from "./push-image.js";

/** A version as it lies in the registry, or should. */
export interface Published {
  version: string;
  /** `repository@sha256:…` */
  image: string;
  digest: string;
}

/** Pushes a version's image, unless the script says that nobody has. */
export async function publish(
  ecr: ECRClient,
  url: string,
  target: Target,
  version: string,
  { exists = true, platform = "linux/amd64" }: ImageScript = {},
): Promise<Published> {
  const { account, region, repository } = target;
  const digest = exists ? await pushImage(ecr, `${url}/v2/${repository}`, repository, { version, platform }) : NOWHERE;
  return { version, digest, image: `${account}.dkr.ecr.${region}.amazonaws.com/${repository}@${digest}` };
}

const NOWHERE = `sha256:${"d".repeat(64)}`;
