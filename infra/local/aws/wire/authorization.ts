import { AwsError } from "./service.js";

/** What a request's `Authorization` header claims, before anything of it is believed. */
export interface Claim {
  accessKeyId: string;
  /** `YYYYMMDD` of the credential scope. */
  day: string;
  region: string;
  /** The service's signing name, such as `ecs`. */
  service: string;
  signedHeaders: string[];
  signature: string;
}

/** Reads `AWS4-HMAC-SHA256 Credential=…/20260101/us-west-2/ecs/aws4_request, SignedHeaders=…, Signature=…`. */
export function readAuthorization(header: string | undefined): Claim {
  if (!header) throw new AwsError("MissingAuthenticationTokenException", "Missing Authentication Token");
  const [scheme] = header.split(" ", 1);
  if (scheme !== "AWS4-HMAC-SHA256") {
    throw incomplete(`Unsupported AWS 'algorithm': '${scheme}'.`);
  }
  const parts = new Map(
    header
      .slice("AWS4-HMAC-SHA256".length)
      .split(",")
      .map((part) => {
        const [key = "", ...value] = part.trim().split("=");
        return [key, value.join("=")] as const;
      }),
  );
  for (const name of ["Credential", "Signature", "SignedHeaders"]) {
    if (!parts.get(name)) throw incomplete(`Authorization header requires '${name}' parameter.`);
  }
  const scope = (parts.get("Credential") ?? "").split("/");
  const [accessKeyId = "", day = "", region = "", service = "", terminator] = scope;
  if (scope.length !== 5 || terminator !== "aws4_request") {
    throw incomplete(
      `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${parts.get("Credential")}'.`,
    );
  }
  return {
    accessKeyId,
    day,
    region,
    service,
    signedHeaders: (parts.get("SignedHeaders") ?? "").split(";"),
    signature: parts.get("Signature") ?? "",
  };
}

function incomplete(message: string): AwsError {
  return new AwsError("IncompleteSignatureException", message);
}
