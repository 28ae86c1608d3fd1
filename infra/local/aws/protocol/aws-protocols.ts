import type { Shape } from "./model.js";
import type { AwsError, JsonObject } from "./service.js";

/** Parts of a response. */
export interface Encoded {
  /** 200 by default. */
  status?: number;
  headers: Record<string, string>;
  body: string | Uint8Array;
}

/** A protocol that carries calls of an AWS API over HTTP. */
export interface Protocol {
  contentType: string;
  /** Returns target prefix and operation. `target` is empty where only the signature names the service. */
  name(headers: Record<string, string>, body: Uint8Array): { target: string; operation: string };
  /** Returns the request's members. @throws AwsError when the body is malformed. */
  decode(body: Uint8Array, shape: Shape | undefined): JsonObject;
  /** Returns the body, or a whole response where a protocol has more than a body. */
  encode(operation: string, output: JsonObject, shape: Shape | undefined, requestId: string): string | Encoded;
  encodeError(error: AwsError, requestId: string): { status: number; headers: Record<string, string>; body: string };
}
