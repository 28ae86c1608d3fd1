import { keyOf } from "../content/store.js";
import { StandInError } from "../errors.js";
import type { Session } from "../session/session.js";
import { ApiObject } from "./object.js";

/** Function call. `parentName` is empty when the module only returns its types. */
export interface Call {
  parentName: string;
  /** Fields of the object, as its constructor or an earlier function returned them. */
  parent: unknown;
  /** Empty for the constructor. */
  name: string;
  /** Arguments by name: plain JSON, and ids for objects. */
  args: Record<string, unknown>;
}

export type Answer = { value: unknown } | { error: ErrorValue };

/** Function call that is assigned to one process of the module. */
export interface Assignment {
  session: Session;
  call: Call;
  settle(answer: Answer): void;
}

/**
 * Function call that a module's process fetches. A process may be started before a call exists: its first request is answered
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

  /** Ends the function with an error; what its process does afterwards has no effect. */
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

/** Error of a function: a message and named values, such as those of a failed command. */
export class ErrorValue extends ApiObject {
  readonly __typename = "Error";

  constructor(
    session: Session,
    readonly message: string,
    readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super(session, keyOf("Error", message, details));
  }

  values(): ErrorDetail[] {
    return Object.entries(this.details).map(([name, value]) => new ErrorDetail(this.session, name, value));
  }

  /** @throws {StandInError} The value is no JSON. */
  withValue({ name, value }: { name: string; value: string }): ErrorValue {
    return new ErrorValue(this.session, this.message, { ...this.details, [name]: parsed(name, value) });
  }
}

/** Value of an error, as JSON. */
export class ErrorDetail extends ApiObject {
  readonly __typename = "ErrorValue";
  readonly value: string;

  constructor(
    session: Session,
    readonly name: string,
    value: unknown,
  ) {
    super(session, keyOf("ErrorValue", name, value));
    this.value = JSON.stringify(value);
  }
}

function parsed(name: string, value: string): unknown {
  try {
    return JSON.parse(value);
  } catch (error) {
    throw new StandInError(
      `The value ${JSON.stringify(name)} of an error is not JSON: ${(error as Error).message}. Pass it through JSON.stringify.`,
    );
  }
}
