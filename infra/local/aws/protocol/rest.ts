import type { Protocol } from "./aws-protocols.js";
import { serviceModel } from "./model.js";
import { AwsError, type Json, type JsonObject } from "./service.js";
import { urlOf } from "./signature.js";

/**
 * REST with JSON bodies: method and path select the operation; path, query and body hold its members, by the API's model.
 * @param service Signing name, in place of the target, which this protocol lacks.
 * @param url Path and query, as on the request line.
 */
export function restProtocol(service: string, method: string, url: string): Protocol {
  return {
    contentType: "application/json",
    name: () => ({ target: service, operation: meant().route.operation }),
    decode(body) {
      const { route, labels, searchParams } = meant();
      const query = [...route.query]
        .filter(([, name]) => searchParams.has(name))
        .map(([member, name]) => [member, memberOf(service, route.operation, member, searchParams.get(name) ?? "")]);
      return { ...parse(body), ...labels, ...Object.fromEntries(query) };
    },
    encode: (_operation, output) => JSON.stringify(output),
    encodeError: (error) => ({
      status: error.status,
      headers: { "x-amzn-errortype": error.code },
      body: JSON.stringify({ Message: error.message, ...error.fields }),
    }),
  };

  function meant() {
    const { pathname, searchParams } = urlOf(url);
    for (const route of serviceModel(service).routes()) {
      const labels = route.method === method ? labelsOf(route.path, pathname) : undefined;
      if (labels) return { route, labels, searchParams };
    }
    throw new AwsError("UnknownOperationException", `${service} has no operation at ${method} ${pathname}.`, 404);
  }
}

/** Returns the values of a pattern's names in braces; undefined when the path does not match. */
function labelsOf(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split("/");
  const parts = path.split("/");
  if (wanted.length !== parts.length) return undefined;
  const labels: Record<string, string> = {};
  for (const [index, part] of parts.entries()) {
    const [, name] = /^\{(\w+)\}$/.exec(wanted[index] ?? "") ?? [];
    if (name !== undefined && part !== "") labels[name] = decoded(part);
    else if (part !== wanted[index]) return undefined;
  }
  return labels;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new AwsError("ValidationException", "The request's path has an escape sequence that is not UTF-8.", 400);
  }
}

function memberOf(service: string, operation: string, member: string, text: string): Json {
  const shape = serviceModel(service).input(operation);
  const type = shape?.type === "structure" ? shape.members.get(member)?.().type : undefined;
  return type === "number" && /^\d+$/.test(text) ? Number(text) : text;
}

function parse(body: Uint8Array): JsonObject {
  if (body.length === 0) return {};
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch (error) {
    throw new AwsError("SerializationException", `The request's body is not JSON: ${(error as Error).message}`);
  }
}
