import { createHash } from "node:crypto";
import { BatchGetImageCommand, GetAuthorizationTokenCommand, PutImageCommand } from "@aws-sdk/client-ecr";
import type { Clients, Target } from "./seed.js";

interface Manifest {
  mediaType?: string;
  config: { mediaType: string; digest: string; size: number };
}

/**
 * Publishes a release that can't start: the image of `good` with a command that ends at once with exit code 1.
 * Only its configuration differs, so that nothing but the command is wrong with it.
 */
export async function publishBrokenImage(
  clients: Clients,
  target: Target,
  registry: string,
  tags: { good: string; broken: string },
): Promise<void> {
  const blobs = `${registry}/v2/${target.repository}/blobs`;
  const authorization = await authorize(clients);
  const got = await clients.ecr.send(
    new BatchGetImageCommand({ repositoryName: target.repository, imageIds: [{ imageTag: tags.good }] }),
  );
  const manifest = JSON.parse(got.images?.[0]?.imageManifest ?? "null") as Manifest;
  const config = (await (await fetch(`${blobs}/${manifest.config.digest}`, { headers: { authorization } })).json()) as {
    config: { Cmd: string[]; Entrypoint?: string[] };
  };
  config.config.Entrypoint = [];
  config.config.Cmd = ["python3", "-c", "raise SystemExit('this release ends as soon as it starts')"];
  const bytes = Buffer.from(JSON.stringify(config));
  manifest.config.digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
  manifest.config.size = bytes.length;
  await upload(blobs, authorization, manifest.config.digest, bytes);
  await clients.ecr.send(
    new PutImageCommand({
      repositoryName: target.repository,
      imageTag: tags.broken,
      imageManifest: JSON.stringify(manifest),
      imageManifestMediaType: manifest.mediaType,
    }),
  );
}

async function authorize({ ecr }: Clients): Promise<string> {
  const answer = await ecr.send(new GetAuthorizationTokenCommand({}));
  return `Basic ${answer.authorizationData?.[0]?.authorizationToken}`;
}

async function upload(blobs: string, authorization: string, digest: string, body: Buffer<ArrayBuffer>): Promise<void> {
  const begun = await fetch(`${blobs}/uploads/`, { method: "POST", headers: { authorization } });
  const location = new URL(begun.headers.get("location") ?? "", blobs);
  location.searchParams.set("digest", digest);
  const put = await fetch(location, { method: "PUT", headers: { authorization }, body });
  if (put.status !== 201) throw new Error(`The registry refused the configuration blob: HTTP ${put.status}.`);
}
