import { fixOf, type Readable } from "../../../common/readable.js";
import type { ImageFacts } from "../../../ecs/ecr-images.js";
import { locate } from "../../../ecs/image-place.js";
import { type ContainerImage, imagesOf, readImages } from "../ecr-images.js";
import type { Finding as TopicFinding } from "../finding.js";
import type { BaseFacts, SharedReads } from "../shared-reads.js";

const ids = ["image-missing", "image-inactive"] as const;
type Finding = TopicFinding<(typeof ids)[number]>;

/** State of the images that the new tasks start from. */
export interface ImagesFacts {
  /** The release's image; absent before it is built; its value is `undefined` when ECR does not have the digest. */
  image?: Readable<ImageFacts | undefined>;
  /** Images of the next revision's other containers, as far as they are in the registry's region of ECR. */
  otherImages: ContainerImage[];
}

async function read(reads: SharedReads): Promise<ImagesFacts> {
  const { session, release, next, unbuilt, address, readImage } = reads;
  const others = imagesOf(next).filter(
    ({ image }) => image !== release.image && !("unknown" in locate(image, address, session.target)),
  );
  const [image, otherImages] = await Promise.all([
    unbuilt ? undefined : readImage(release.image),
    readImages(readImage, others),
  ]);
  return { ...(image && { image }), otherImages };
}

/** Checks that the images of the release and of the other containers can be pulled. */
export function imageInRegistry(facts: BaseFacts & ImagesFacts): Finding[] {
  return [...released(facts), ...facts.otherImages.flatMap(other)];
}

function released({ image, release }: BaseFacts & ImagesFacts): Finding[] {
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
        what: `${release.image} is not in ECR: no task of it could start.`,
        fix: "Publish the version again, or choose another version.",
      },
    ];
  }
  if (image.value.status === "ACTIVE") return [];
  return [
    {
      id: "image-inactive",
      level: "error",
      what: `${release.image} is ${image.value.status} in ECR: it can't be pulled.`,
      fix: `Restore it: aws ecr update-image-storage-class --image-id imageDigest=${release.digest} --target-storage-class STANDARD …`,
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
        what: `The image of ${container}, ${image}, is not in ECR: no task could start.`,
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

export const imagesTopic = { ids, read, judge: imageInRegistry };
