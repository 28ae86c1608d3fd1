import type { Json, JsonObject } from "../protocol/service.js";

/** Interface of the ECS scheduler to the Lambda functions of lifecycle hooks. */
export interface HookFunctions {
  /** Invokes a function and returns at once. `answered` is called once, never from within this call. */
  invoke(functionArn: string, event: JsonObject, answered: (answer: FunctionAnswer) => void): void;
  exists(functionArn: string): boolean;
}

/** Result of an invocation. */
export type FunctionAnswer =
  /** Value that the function returned. */
  | { output: Json }
  /** The function threw, or its time was over: ECS finds no `hookStatus` in either. */
  | { error: "exception" | "timeout" }
  /** Lambda did not run the function; the reason as Lambda words it. */
  | { refused: string }
  /** ECS can't assume the hook's role. */
  | { error: "role" };

/** Returns the name of a function: `arn:aws:lambda:REGION:ACCOUNT:function:NAME`, with or without a qualifier. */
export const functionNameOf = (functionArn: string) => functionArn.split(":")[6] ?? "";

/** Returns functions of which none exists. */
export const noFunctions: HookFunctions = {
  exists: () => false,
  invoke: (functionArn, _event, answered) => queueMicrotask(() => answered({ refused: notFound(functionArn) })),
};

/** Lambda's messages. */
export const notFound = (functionArn: string) => `Function not found: ${functionArn}`;
export const throttled = "Rate Exceeded.";
