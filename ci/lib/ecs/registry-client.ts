import type { ECRClient } from "@aws-sdk/client-ecr";
import type { Session } from "../rollout/session.js";
import type { ImagePlace } from "./image-reference.js";

/** Returns the client of a repository's region. */
export async function ecrOf(
  { aws }: Pick<Session, "aws">,
  { region }: Pick<ImagePlace, "region">,
): Promise<Pick<ECRClient, "send">> {
  return region === undefined ? aws.ecr : await aws.lazy.ecr(region);
}
