import type { Protocol } from "./aws-protocols.js";
import { AwsError, type JsonObject } from "./service.js";

/** AWS JSON 1.0 and 1.1: `X-Amz-Target` names the operation; members and errors are JSON. */
export function jsonProtocol(version: "1.0" | "1.1"): Protocol {
  return {
    contentType: `application/x-amz-json-${version}`,
    name(headers) {
      const [target = "", operation = ""] = (headers["x-amz-target"] ?? "").split(".", 2);
      return { target, operation };
    },
    decode: parse,
    encode: (_operation, output) => JSON.stringify(output),
    encodeError: (error) => ({
      status: error.status,
      headers: { "x-amzn-errortype": error.code },
      body: JSON.stringify({ __type: error.code, message: error.message, ...error.fields }),
    }),
  };
}

function parse(body: Uint8Array): JsonObject {
  if (body.length === 0) return {};
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch (error) {
    throw new AwsError("SerializationException", `The request's body is not JSON: ${(error as Error).message}`);
  }
}
