import type { Json, JsonObject } from "../../lib/aws/raw-task-definition.js";

/** Formats a response as XML, as IAM and Elastic Load Balancing do: https://smithy.io/2.0/aws/protocols/aws-query-protocol.html */
export function queryResponse(operation: string, answer: JsonObject | { code: string; message: string }): string {
  if ("code" in answer) {
    const { code, message } = answer;
    return xml({ ErrorResponse: { Error: { Type: "Sender", Code: code, Message: message } } } as JsonObject);
  }
  return xml({ [`${operation}Response`]: { [`${operation}Result`]: answer } } as JsonObject);
}

function xml(value: Json): string {
  if (Array.isArray(value)) return value.map((member) => `<member>${xml(member)}</member>`).join("");
  if (typeof value === "object" && value !== null) {
    return Object.entries(value)
      .map(([name, inner]) => `<${name}>${xml(inner)}</${name}>`)
      .join("");
  }
  return String(value).replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
}
