import { createHash } from "node:crypto";
import { type ECRClient, GetAuthorizationTokenCommand, PutImageCommand } from "@aws-sdk/client-ecr";

/** Image in the form of a registry. */
export interface ImageContent {
  /** Its configuration and layers. */
  blobs: Buffer[];
  manifest: Buffer;
}

/**
 * Pushes an image and returns its digest.
 * @param registry The repository in the registry's own API, such as `http://127.0.0.1:4566/v2/app`.
 */
export async function pushImage(
  ecr: ECRClient,
  registry: string,
  repositoryName: string,
  imageTag: string,
  { blobs, manifest }: ImageContent,
): Promise<string> {
  const authorization = await authorize(ecr);
  for (const blob of blobs) await upload(`${registry}/blobs`, authorization, blob);
  const imageManifest = manifest.toString("utf8");
  const answer = await ecr.send(new PutImageCommand({ repositoryName, imageTag, imageManifest }));
  return answer.image?.imageId?.imageDigest ?? "";
}

async function authorize(ecr: ECRClient): Promise<string> {
  const answer = await ecr.send(new GetAuthorizationTokenCommand({}));
  return `Basic ${answer.authorizationData?.[0]?.authorizationToken}`;
}

async function upload(blobs: string, authorization: string, blob: Buffer): Promise<void> {
  const begun = await fetch(`${blobs}/uploads/`, { method: "POST", headers: { authorization } });
  const location = new URL(begun.headers.get("location") ?? "", blobs);
  location.searchParams.set("digest", digestOf(blob));
  const body = new Uint8Array(blob);
  const put = await fetch(location, { method: "PUT", headers: { authorization }, body });
  if (put.status !== 201) throw new Error(`The registry refused a blob: HTTP ${put.status}.`);
}

export function digestOf(bytes: Buffer): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}
