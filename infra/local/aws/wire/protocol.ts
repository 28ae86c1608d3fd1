import type { AwsError, JsonObject } from "./service.js";

/** One of AWS's ways to put a call into HTTP. */
export interface Protocol {
  contentType: string;
  /** The operation's name and members. Throws an `AwsError` when they can't be read. */
  decode(headers: Record<string, string>, body: Uint8Array): { target: string; operation: string; input: JsonObject };
  encode(operation: string, output: JsonObject, requestId: string): string;
  encodeError(error: AwsError, requestId: string): { status: number; headers: Record<string, string>; body: string };
}
