import { fixOf } from "../../../aws/try-read.js";
import type { ContainerImage, PreflightFacts } from "../facts.js";
import type { Finding } from "../finding.js";

/** The release's image, and those of the other containers that ECR has, can be pulled. */
export function imageInRegistry(facts: PreflightFacts): Finding[] {
  return [...released(facts), ...facts.otherImages.flatMap(other)];
}

function released({ image, release }: PreflightFacts): Finding[] {
  if (!image) return [];
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

function other({ container, image, state }: ContainerImage): Finding[] {
  if ("unknown" in state) {
    return [
      {
        id: "image-missing",
        level: "not-checked",
        what: `Whether the image of ${container}, ${image}, is in ECR could not be read: ${state.unknown}.`,
        fix: fixOf(state.unknown, "Allow ecr:DescribeImages on its repository."),
      },
    ];
  }
  if (!state.value) {
    return [
      {
        id: "image-missing",
        level: "error",
        what: `The image of ${container}, ${image}, is not in ECR any more: no task could start.`,
        fix: `Push it again, or register a revision whose ${container} names an image that exists.`,
      },
    ];
  }
  if (state.value.status === "ACTIVE") return [];
  return [
    {
      id: "image-inactive",
      level: "error",
      what: `The image of ${container}, ${image}, is ${state.value.status} in ECR: it can't be pulled.`,
      fix: "Restore it: aws ecr update-image-storage-class --target-storage-class STANDARD …",
    },
  ];
}
