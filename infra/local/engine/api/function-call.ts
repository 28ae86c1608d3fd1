import { keyOf } from "../content/store.js";
import { StandInError } from "../errors.js";
import type { Assignment } from "../module/assignment.js";
import type { Session } from "../session/session.js";
import { ApiObject } from "./object.js";

/**
 * What a module's process is asked to do. A process may be started before there is anything to do: then its first question is answered
 * once there is.
 */
export class FunctionCall {
  readonly __typename = "FunctionCall";
  readonly key = "current";

  constructor(private readonly assignment: Promise<Assignment>) {}

  id(): string {
    throw new StandInError("The stand-in gives the current function call no id.");
  }

  async name(): Promise<string> {
    return (await this.assignment).call.name;
  }

  async parentName(): Promise<string> {
    return (await this.assignment).call.parentName;
  }

  async parent(): Promise<string> {
    return JSON.stringify((await this.assignment).call.parent);
  }

  async inputArgs(): Promise<FunctionCallArgValue[]> {
    const { session, call } = await this.assignment;
    return Object.entries(call.args).map(
      ([name, value]) => new FunctionCallArgValue(session, name, JSON.stringify(value)),
    );
  }

  async returnValue({ value }: { value: string }): Promise<null> {
    (await this.assignment).settle({ value: JSON.parse(value) as unknown });
    return null;
  }

  async returnError({ error: id }: { error: string }): Promise<null> {
    const { session, settle } = await this.assignment;
    settle({ error: session.ids.of(id, ErrorValue) });
    return null;
  }
}

export class FunctionCallArgValue extends ApiObject {
  readonly __typename = "FunctionCallArgValue";

  constructor(
    session: Session,
    readonly name: string,
    readonly value: string,
  ) {
    super(session, keyOf("FunctionCallArgValue", name, value));
  }
}

/** A failure on its way from a function to whoever called it. */
export class ErrorValue extends ApiObject {
  readonly __typename = "Error";

  constructor(
    session: Session,
    readonly message: string,
    readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super(session, keyOf("Error", message, details));
  }

  withValue({ name, value }: { name: string; value: string }): ErrorValue {
    return new ErrorValue(this.session, this.message, { ...this.details, [name]: JSON.parse(value) as unknown });
  }
}
