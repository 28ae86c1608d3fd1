import type { Protocol } from "./aws-protocols.js";
import type { Shape } from "./model.js";
import { AwsError, type Json, type JsonObject } from "./service.js";
import { element, escapeXml } from "./xml.js";

/** AWS query protocol: a form holds the operation and its members; the response is XML. */
export function queryProtocol(namespace: string): Protocol {
  return {
    contentType: "text/xml",
    name: (_headers, body) => ({ target: "", operation: formOf(body).get("Action") ?? "" }),
    decode(body, shape) {
      const form = formOf(body);
      if (!form.get("Action")) throw new AwsError("MissingAction", "The request must contain the parameter Action.");
      const members = [...form].filter(([name]) => name !== "Action" && name !== "Version");
      return read(members, shape) as JsonObject;
    },
    encode(operation, output, shape, requestId) {
      const result = element(`${operation}Result`, contentOf(output, shape));
      const metadata = element("ResponseMetadata", element("RequestId", requestId));
      return `<${operation}Response xmlns="${namespace}">${result}${metadata}</${operation}Response>\n`;
    },
    encodeError(error, requestId) {
      const { code, status } = QUERY_ERRORS[error.code] ?? error;
      const type = element("Type", status < 500 ? "Sender" : "Receiver");
      const shown = `${type}${element("Code", code)}${element("Message", escapeXml(error.message))}`;
      return {
        status,
        headers: {},
        body: `<ErrorResponse xmlns="${namespace}">${element("Error", shown)}${element("RequestId", requestId)}</ErrorResponse>\n`,
      };
    },
  };
}

/** Error codes of the query protocol for errors before the operation. */
const QUERY_ERRORS: Record<string, { code: string; status: number }> = {
  AccessDeniedException: { code: "AccessDenied", status: 403 },
  ExpiredTokenException: { code: "ExpiredToken", status: 403 },
  IncompleteSignatureException: { code: "IncompleteSignature", status: 400 },
  InternalFailure: { code: "InternalFailure", status: 500 },
  InvalidSignatureException: { code: "SignatureDoesNotMatch", status: 403 },
  MissingAuthenticationTokenException: { code: "MissingAuthenticationToken", status: 403 },
  ServerException: { code: "InternalFailure", status: 500 },
  ThrottlingException: { code: "Throttling", status: 400 },
  UnknownOperationException: { code: "InvalidAction", status: 400 },
  UnrecognizedClientException: { code: "InvalidClientTokenId", status: 403 },
};

const formOf = (body: Uint8Array) => new URLSearchParams(new TextDecoder().decode(body));

type Members = [name: string, value: string][];

/** Converts `Names.member.1=a` and `Filter.Key=b` to members, each with its type in the model. */
function read(members: Members, shape: Shape | undefined): Json {
  switch (shape?.type) {
    case "structure": {
      const byName = grouped(members);
      return Object.fromEntries([...byName].map(([name, rest]) => [name, read(rest, shape.members.get(name)?.())]));
    }
    case "list": {
      const items = grouped(grouped(members).get("member") ?? []);
      const numbers = [...items.keys()].filter((key) => /^\d+$/.test(key)).sort((a, b) => Number(a) - Number(b));
      return numbers.map((key) => read(items.get(key) ?? [], shape.member()));
    }
    case "map": {
      // `Attributes.entry.1.key=a`; SNS names the parts of a message's attributes `Name` and `Value`.
      const entries = [...grouped(grouped(members).get("entry") ?? []).values()].map(grouped);
      return Object.fromEntries(
        entries.map((entry) => {
          const key = (entry.get("key") ?? entry.get("Name") ?? [])[0]?.[1] ?? "";
          return [key, read(entry.get("value") ?? entry.get("Value") ?? [], shape.value())];
        }),
      );
    }
    default:
      return simple(members[0]?.[1] ?? "", shape?.type);
  }
}

function grouped(members: Members): Map<string, Members> {
  const groups = new Map<string, Members>();
  for (const [name, value] of members) {
    const [first = "", ...rest] = name.split(".");
    const group = groups.get(first) ?? [];
    group.push([rest.join("."), value]);
    groups.set(first, group);
  }
  return groups;
}

/** Parses a simple value. A malformed one stays a string, which the validation rejects. */
function simple(value: string, type: Shape["type"] | undefined): Json {
  if (type === "number" && value !== "" && Number.isFinite(Number(value))) return Number(value);
  if (type === "boolean" && (value === "true" || value === "false")) return value === "true";
  if (type === "timestamp" && !Number.isNaN(Date.parse(value))) return Date.parse(value) / 1_000;
  return value;
}

function contentOf(value: Json, shape: Shape | undefined): string {
  if (Array.isArray(value)) {
    const member = shape?.type === "list" ? shape.member() : undefined;
    return value.map((each) => element("member", contentOf(each, member))).join("");
  }
  if (typeof value !== "object" || value === null) {
    const isTime = shape?.type === "timestamp" && typeof value === "number";
    return escapeXml(isTime ? new Date(value * 1_000).toISOString() : String(value));
  }
  return Object.entries(value)
    .filter(([, member]) => member !== null && member !== undefined)
    .map(([name, member]) =>
      element(name, contentOf(member, shape?.type === "structure" ? shape.members.get(name)?.() : undefined)),
    )
    .join("");
}
