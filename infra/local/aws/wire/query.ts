import type { Protocol } from "./protocol.js";
import { AwsError } from "./service.js";

/** The query protocol: the operation and its members come as a form, the answer is XML. */
export function queryProtocol(namespace: string): Protocol {
  return {
    contentType: "text/xml",
    decode(_headers, body) {
      const form = new URLSearchParams(new TextDecoder().decode(body));
      const operation = form.get("Action");
      if (!operation) throw new AwsError("MissingAction", "The request must contain the parameter Action.");
      const input = Object.fromEntries([...form].filter(([name]) => name !== "Action" && name !== "Version"));
      return { target: "", operation, input };
    },
    encode(operation, output, requestId) {
      const members = Object.entries(output).map(([name, value]) => element(name, escapeXml(String(value))));
      const result = element(`${operation}Result`, members.join(""));
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

/** The query protocol has names of its own for what goes wrong before the operation. */
const QUERY_ERRORS: Record<string, { code: string; status: number }> = {
  AccessDeniedException: { code: "AccessDenied", status: 403 },
  ExpiredTokenException: { code: "ExpiredToken", status: 403 },
  IncompleteSignatureException: { code: "IncompleteSignature", status: 400 },
  InternalFailure: { code: "InternalFailure", status: 500 },
  InvalidSignatureException: { code: "SignatureDoesNotMatch", status: 403 },
  MissingAuthenticationTokenException: { code: "MissingAuthenticationToken", status: 403 },
  UnknownOperationException: { code: "InvalidAction", status: 400 },
  UnrecognizedClientException: { code: "InvalidClientTokenId", status: 403 },
};

function element(name: string, content: string): string {
  return `<${name}>${content}</${name}>`;
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);
}
