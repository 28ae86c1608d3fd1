import type { JsonObject } from "../../aws/raw-task-definition.js";
import { type Known, knowing } from "../../aws/try-read.js";
import { objects } from "../../ecs/containers.js";
import type { ImageFacts } from "../../ecs/ecr-images.js";
import { readImage } from "../../ecs/ecr-images.js";
import { locate, parseImage } from "../../ecs/image-reference.js";
import type { Session } from "../session.js";
import type { ContainerImage } from "./facts.js";

/** A container and the image that it names. */
export interface NamedImage {
  container: string;
  image: string;
}

/** Reads whether images are there; each is read once, however many containers and checks name it. */
export type ImageReader = (image: string) => Promise<Known<ImageFacts | undefined>>;

/** @param own Address of the target's repository. */
export function imageReader(session: Session, own: string): ImageReader {
  const read = new Map<string, Promise<Known<ImageFacts | undefined>>>();
  return (image) => {
    const { repository, tag = "latest", digest = tag } = parseImage(image);
    const key = `${repository} ${digest}`;
    const place = locate(image, own, session.target);
    const reading =
      read.get(key) ??
      ("unknown" in place ? Promise.resolve(place) : knowing(readImage(session, place, digest), session.signal));
    read.set(key, reading);
    return reading;
  };
}

export async function readImages(read: ImageReader, images: readonly NamedImage[]): Promise<ContainerImage[]> {
  return await Promise.all(images.map(async (one) => ({ ...one, state: await read(one.image) })));
}

/** The containers of a task definition, with their images. */
export function imagesOf(taskDefinition: JsonObject): NamedImage[] {
  return objects(taskDefinition.containerDefinitions).flatMap(({ name, image }) =>
    typeof image === "string" ? [{ container: String(name), image }] : [],
  );
}
