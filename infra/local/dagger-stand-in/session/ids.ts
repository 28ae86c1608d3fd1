import { StandInError } from "../errors.js";

/** Object that has an id in the API. */
export interface Identified {
  readonly __typename: string;
  /** Equal for objects that were made the same way. */
  readonly key: string;
}

/** Objects of a session by id: ids are opaque, and equal for equal content. */
export class Ids {
  private readonly objects = new Map<string, Identified>();

  add(object: Identified): string {
    const id = Buffer.from(`${object.__typename}@${object.key}`).toString("base64url");
    this.objects.set(id, object);
    return id;
  }

  find(id: string): Identified | undefined {
    return this.objects.get(id);
  }

  get(id: string): Identified {
    const object = this.find(id);
    if (object) return object;
    throw new StandInError(`No object of this session has the id ${JSON.stringify(id)}.`);
  }

  /** Returns the object of an id. @throws {StandInError} The object is of another type. */
  // biome-ignore lint/suspicious/noExplicitAny: the class is identified by its instances; its constructor's arguments vary.
  of<T>(id: string, type: abstract new (...args: any[]) => T): T {
    const object = this.get(id);
    if (object instanceof type) return object;
    throw new StandInError(`Expected the id of a ${type.name}; received the id of a ${object.__typename}.`);
  }
}

/** Returns the text that is printed for an object: `Container@sha256:…`. */
export function describeId(id: string): string {
  return Buffer.from(id, "base64url").toString("utf8");
}
