import { StandInError } from "../errors.js";

/** Anything that the API gives an id. */
export interface Identified {
  readonly __typename: string;
  /** The same for what was made the same way. */
  readonly key: string;
}

/** The objects of a session by their ids: opaque, and the same for the same content. */
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

  /** @throws {StandInError} It is something else. */
  // biome-ignore lint/suspicious/noExplicitAny: a class is known by what it makes, whatever it is made from.
  of<T>(id: string, type: abstract new (...args: any[]) => T): T {
    const object = this.get(id);
    if (object instanceof type) return object;
    throw new StandInError(`A ${type.name} is wanted here, and the id is that of a ${object.__typename}.`);
  }
}

/** What an id says of its object, for people: `Container@sha256:…`. */
export function describeId(id: string): string {
  return Buffer.from(id, "base64url").toString("utf8");
}
