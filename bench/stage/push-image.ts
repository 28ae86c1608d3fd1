import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { type ECRClient, GetAuthorizationTokenCommand, PutImageCommand } from "@aws-sdk/client-ecr";

/**
 * Pushes a whole image of next to nothing, for tasks that are simulated: what tells two of them apart is the version in their
 * configuration. Answers its digest.
 * @param registry The repository in the registry's own API, such as `http://127.0.0.1:4566/v2/app`.
 */
export async function pushImage(
  ecr: ECRClient,
  registry: string,
  repositoryName: string,
  { version, platform }: { version: string; platform: string },
): Promise<string> {
  const [os, architecture] = platform.split("/");
  // Two blocks of zeros: the end of an empty tar archive.
  const archive = Buffer.alloc(1024);
  const layer = gzipSync(archive);
  const config = Buffer.from(
    JSON.stringify({
      architecture,
      os,
      config: { Env: [`VERSION=${version}`], Labels: { "org.opencontainers.image.version": version } },
      rootfs: { type: "layers", diff_ids: [digestOf(archive)] },
    }),
  );
  const manifest = {
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    config: { mediaType: "application/vnd.oci.image.config.v1+json", digest: digestOf(config), size: config.length },
    layers: [{ mediaType: "application/vnd.oci.image.layer.v1.tar+gzip", digest: digestOf(layer), size: layer.length }],
  };
  const authorization = await authorize(ecr);
  for (const blob of [layer, config]) await upload(`${registry}/blobs`, authorization, blob);
  const answer = await ecr.send(
    new PutImageCommand({
      repositoryName,
      imageTag: version,
      imageManifest: JSON.stringify(manifest),
      imageManifestMediaType: manifest.mediaType,
    }),
  );
  return answer.image?.imageId?.imageDigest ?? "";
}

async function authorize(ecr: ECRClient): Promise<string> {
  const answer = await ecr.send(new GetAuthorizationTokenCommand({}));
  return `Basic ${answer.authorizationData?.[0]?.authorizationToken}`;
}

async function upload(blobs: string, authorization: string, body: Buffer<ArrayBuffer>): Promise<void> {
  const begun = await fetch(`${blobs}/uploads/`, { method: "POST", headers: { authorization } });
  const location = new URL(begun.headers.get("location") ?? "", blobs);
  location.searchParams.set("digest", digestOf(body));
  const put = await fetch(location, { method: "PUT", headers: { authorization }, body });
  if (put.status !== 201) throw new Error(`The registry refused a blob: HTTP ${put.status}.`);
}

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}
