import type { Shape } from "./model.js";
import type { AwsError, JsonObject } from "./service.js";

/** One of AWS's ways to put a call into HTTP. */
export interface Protocol {
  contentType: string;
  /** Which service and operation is meant. `target` is empty where only the signature names the service. */
  name(headers: Record<string, string>, body: Uint8Array): { target: string; operation: string };
  /** The request's members. Throws an `AwsError` when they can't be read. */
  decode(body: Uint8Array, shape: Shape | undefined): JsonObject;
  encode(operation: string, output: JsonObject, shape: Shape | undefined, requestId: string): string;
  encodeError(error: AwsError, requestId: string): { status: number; headers: Record<string, string>; body: string };
}
