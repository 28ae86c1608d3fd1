import { fixOf, type Readable } from "../../../common/readable.js";
import type { ImageFacts } from "../../../ecs/ecr-images.js";
import { locate } from "../../../ecs/image-place.js";
import { type ContainerImage, imagesOf, readImages } from "../ecr-images.js";
import { error, notRead, type Finding as TopicFinding } from "../finding.js";
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
    return notRead(
      "image-missing",
      `Whether ${release.digest} is in ECR could not be read: ${image.unknown}.`,
      fixOf(image.unknown, "Allow ecr:DescribeImages on the repository."),
    );
  }
  if (!image.value) {
    return error(
      "image-missing",
      `${release.image} is not in ECR: no task of it could start.`,
      "Publish the version again, or choose another version.",
    );
  }
  if (image.value.status === "ACTIVE") return [];
  return error(
    "image-inactive",
    `${release.image} is ${image.value.status} in ECR: it can't be pulled.`,
    `Restore it: aws ecr update-image-storage-class --image-id imageDigest=${release.digest} --target-storage-class STANDARD …`,
  );
}

function other({ container, image, state }: ContainerImage): Finding[] {
  if ("unknown" in state) {
    return notRead(
      "image-missing",
      `Whether the image of ${container}, ${image}, is in ECR could not be read: ${state.unknown}.`,
      fixOf(state.unknown, "Allow ecr:DescribeImages on its repository."),
    );
  }
  if (!state.value) {
    return error(
      "image-missing",
      `The image of ${container}, ${image}, is not in ECR: no task could start.`,
      `Push it again, or register a revision whose ${container} names an image that exists.`,
    );
  }
  if (state.value.status === "ACTIVE") return [];
  return error(
    "image-inactive",
    `The image of ${container}, ${image}, is ${state.value.status} in ECR: it can't be pulled.`,
    "Restore it: aws ecr update-image-storage-class --target-storage-class STANDARD …",
  );
}

export const imagesTopic = { ids, read, judge: imageInRegistry };
