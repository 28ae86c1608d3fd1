import type { Session } from "../session/session.js";

/** Base class of the API's objects. Methods of a subclass are the fields of its type in the schema. */
export abstract class ApiObject {
  abstract readonly __typename: string;

  constructor(
    readonly session: Session,
    readonly key: string,
  ) {}

  id(): string {
    return this.session.ids.add(this);
  }
}
