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
export function imageInRegistry({ image, release, otherImages }: BaseFacts & ImagesFacts): Finding[] {
  const republish = "Publish the version again, or choose another version.";
  return [
    ...(image ? judgeImage(image, release.image, republish, ` --image-id imageDigest=${release.digest}`) : []),
    ...otherImages.flatMap(({ container, image, state }) => {
      const push = `Push it again, or register a revision whose ${container} names an image that exists.`;
      return judgeImage(state, `The image of ${container}, ${image},`, push);
    }),
  ];
}

function judgeImage(state: ContainerImage["state"], name: string, fix: string, option = ""): Finding[] {
  if ("unknown" in state) {
    const allow = fixOf(state.unknown, "Allow ecr:DescribeImages on the repository.");
    return notRead("image-missing", `${name} could not be read from ECR: ${state.unknown}.`, allow);
  }
  if (!state.value) return error("image-missing", `${name} is not in ECR: no task could start.`, fix);
  const { status } = state.value;
  if (status === "ACTIVE") return [];
  const restore = `Restore it: aws ecr update-image-storage-class${option} --target-storage-class STANDARD …`;
  return error("image-inactive", `${name} is ${status} in ECR: it can't be pulled.`, restore);
}

export const imagesTopic = { ids, read, judge: imageInRegistry };
