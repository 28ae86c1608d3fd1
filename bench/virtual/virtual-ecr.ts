import { AwsError, type JsonObject, type Operation, type Service } from "../../infra/local/aws/index.js";
import { digestOf, registry, target } from "../scenario/fixture.js";
import type { ImageScript, Scenario } from "../scenario/scenario.js";
import { isRelease } from "../scenario/versions.js";

/**
 * ECR as far as a deploy needs it: the repository, and the image of each version. Every digest is that of an index, so that its platform is
 * known without a download.
 */
export function createRegistry(scenario: Scenario, versions: readonly string[], startedAt: number): Service {
  const images = new Map(versions.map((version) => [digestOf(version), { version, ...imageOf(scenario, version) }]));
  const find = (digest: unknown) => {
    const image = images.get(String(digest));
    return image && image.exists !== false ? image : undefined;
  };
  const operations: Record<string, Operation> = {
    DescribeRepositories: () => ({ repositories: [repository] }),
    DescribeImages(input) {
      const [{ imageDigest = "" } = {}] = (input.imageIds ?? []) as { imageDigest?: string }[];
      const image = find(imageDigest);
      if (!image)
        throw new AwsError(
          "ImageNotFoundException",
          `The image with imageId {imageDigest:'${imageDigest}'} does not exist within the repository with name '${target.repository}' in the registry with id '${target.account}'`,
        );
      return {
        imageDetails: [
          {
            imageDigest,
            imageTags: [image.version],
            imageStatus: image.status ?? "ACTIVE",
            imagePushedAt: startedAt / 1000,
          },
        ],
      };
    },
    BatchGetImage(input) {
      const imageIds = (input.imageIds ?? []) as { imageDigest: string }[];
      const found = imageIds.flatMap(({ imageDigest }) => {
        const image = find(imageDigest);
        return image ? [{ imageId: { imageDigest }, imageManifest: indexOf(image) }] : [];
      });
      return { images: found, failures: [] };
    },
    DescribeImageScanFindings() {
      throw new AwsError("ScanNotFoundException", "Image scan does not exist for the image.");
    },
    BatchGetRepositoryScanningConfiguration: () => ({
      scanningConfigurations: [
        { repositoryName: target.repository, scanOnPush: false, scanFrequency: "MANUAL", appliedScanFilters: [] },
      ],
      failures: [],
    }),
  };
  return { signingName: "ecr", targetPrefix: "AmazonEC2ContainerRegistry_V20150921", operations };
}

const repository: JsonObject = {
  registryId: target.account,
  repositoryName: target.repository,
  repositoryUri: registry,
  imageTagMutability: "IMMUTABLE",
  imageScanningConfiguration: { scanOnPush: false },
};

export function imageOf(scenario: Scenario, version: string): ImageScript {
  const { release, others } = scenario;
  return (isRelease(scenario, version) ? release?.image : others?.[version]?.image) ?? {};
}

function indexOf({ version, platform = "linux/amd64" }: ImageScript & { version: string }): string {
  const [os, architecture] = platform.split("/");
  return JSON.stringify({ manifests: [{ digest: digestOf(version, "manifest"), platform: { os, architecture } }] });
}
