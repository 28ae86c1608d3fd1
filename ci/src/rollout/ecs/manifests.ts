import { indexTypes } from "../../aws/manifest-types.js";
import { sdk } from "../../aws/sdk.js";
import type { Session } from "../release.js";
import { ask } from "./aws-errors.js";
import { abort } from "./send-options.js";

/** The digests of the manifests in those of these images that are indexes. They count as the same image: tasks may tell either. */
export async function manifestsIn(session: Session, digests: readonly string[]): Promise<string[]> {
  const { repository, registry } = session.target;
  const command = new sdk.ecr.BatchGetImageCommand({
    repositoryName: repository,
    ...(registry?.account !== undefined && { registryId: registry.account }),
    imageIds: digests.map((imageDigest) => ({ imageDigest })),
    acceptedMediaTypes: indexTypes,
  });
  const { images } = await ask("ecr:BatchGetImage", session.aws.ecr.send(command, abort(session)));
  return (images ?? []).flatMap((image) => {
    const index = JSON.parse(image.imageManifest ?? "{}") as { manifests?: { digest: string }[] };
    return (index.manifests ?? []).map((manifest) => manifest.digest);
  });
}
