import type { ECRClient } from "@aws-sdk/client-ecr";
import type { CompleteTarget } from "../scenario/complete-target.js";
import type { ImageScript } from "../scenario/scenario.js";
import { type ImageContent, pushImage } from "./push-image.js";

/** Version in the registry, or the expected one. */
export interface PublishedImage {
  version: string;
  /** `repository@sha256:…` */
  image: string;
  digest: string;
}

/** Builds the image of a version. */
export type ImageMaker = (version: string, script: ImageScript) => Promise<ImageContent>;

/** Pushes a version's image, unless the script marks it as missing. */
export async function publishImage(
  ecr: ECRClient,
  url: string,
  { account, region, repository }: CompleteTarget,
  make: ImageMaker,
  version: string,
  script: ImageScript = {},
): Promise<PublishedImage> {
  const registry = `${url}/v2/${repository}`;
  const isThere = script.exists !== false;
  const digest = isThere ? await pushImage(ecr, registry, repository, version, await make(version, script)) : NOWHERE;
  return { version, digest, image: `${account}.dkr.ecr.${region}.amazonaws.com/${repository}@${digest}` };
}

const NOWHERE = `sha256:${"d".repeat(64)}`;
