import type { ErrorValue } from "../api/function-call.js";
import type { Session } from "../session/session.js";

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
