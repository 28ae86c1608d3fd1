import type { ErrorValue } from "../api/function-call.js";
import type { Session } from "../session/session.js";

/** A function to run. `parentName` is empty when the module is only to tell its types. */
export interface Call {
  parentName: string;
  /** The object's fields, as its constructor or an earlier function answered them. */
  parent: unknown;
  /** Empty for the constructor. */
  name: string;
  /** By argument name: plain JSON, and ids for objects. */
  args: Record<string, unknown>;
}

export type Answer = { value: unknown } | { error: ErrorValue };

/** What one process of the module is given to do. */
export interface Assignment {
  session: Session;
  call: Call;
  settle(answer: Answer): void;
}
