import type { JsonObject } from "../../aws/raw-task-definition.js";
import { tryRead } from "../../aws/try-read.js";
import { parseImage } from "../../common/image-reference.js";
import type { Readable } from "../../common/readable.js";
import { objects } from "../../ecs/containers.js";
import { type ImageFacts, readImage } from "../../ecs/ecr-images.js";
import { locate } from "../../ecs/image-place.js";
import type { Session } from "../session.js";

/** An image that a container names. */
export interface ContainerImage {
  container: string;
  image: string;
  /** Its value is `undefined` when ECR does not have it. */
  state: Readable<ImageFacts | undefined>;
}

/** A container and the image that it names. */
export interface NamedImage {
  container: string;
  image: string;
}

/** Reads the state of an image in ECR; each image is read once, however many containers and checks name it. */
export type ImageReader = (image: string) => Promise<Readable<ImageFacts | undefined>>;

/** @param own Address of the target's repository. */
export function imageReader(session: Session, own: string): ImageReader {
  const read = new Map<string, Promise<Readable<ImageFacts | undefined>>>();
  return (image) => {
    const { repository, tag = "latest", digest = tag } = parseImage(image);
    const key = `${repository} ${digest}`;
    const place = locate(image, own, session.target);
    const reading =
      read.get(key) ??
      ("unknown" in place ? Promise.resolve(place) : tryRead(readImage(session, place, digest), session.signal));
    read.set(key, reading);
    return reading;
  };
}

/** Reads the state of each container's image. */
export async function readImages(read: ImageReader, images: readonly NamedImage[]): Promise<ContainerImage[]> {
  return await Promise.all(images.map(async (one) => ({ ...one, state: await read(one.image) })));
}

/** Returns the containers of a task definition, with their images. */
export function imagesOf(taskDefinition: JsonObject): NamedImage[] {
  return objects(taskDefinition.containerDefinitions).flatMap(({ name, image }) =>
    typeof image === "string" ? [{ container: String(name), image }] : [],
  );
}
