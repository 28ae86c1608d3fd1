import { fixOf } from "../ecs/knowing.js";
import type { Facts } from "./facts.js";
import type { Finding } from "./finding.js";

/** The digest is in ECR and can be pulled from there. */
export function imageInRegistry({ image, release }: Facts): Finding[] {
  if ("unknown" in image) {
    return [
      {
        id: "image-missing",
        level: "not-checked",
        what: `Whether ${release.digest} is in ECR could not be read: ${image.unknown}.`,
        fix: fixOf(image.unknown, "Allow ecr:DescribeImages on the repository."),
      },
    ];
  }
  if (!image.value) {
    return [
      {
        id: "image-missing",
        level: "error",
        what: `${release.image} is not in ECR any more: no task of it could start.`,
        fix: "Publish the version again, or choose one that is there.",
      },
    ];
  }
  if (image.value.status === "ACTIVE") return [];
  return [
    {
      id: "image-inactive",
      level: "error",
      what: `${release.image} is ${image.value.status} in ECR: it can't be pulled.`,
      fix: `Bring it back: aws ecr update-image-storage-class --image-id imageDigest=${release.digest} --target-storage-class STANDARD …`,
    },
  ];
}
