import { AwsError } from "./service.js";

/** Content of a request's `Authorization` header, not yet verified. */
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

/** Throws AWS's error unless a claim's region and date are well-formed. Regions become keys of the state. */
export function checkScope({ region, day }: Claim): void {
  if (!REGION.test(region)) throw invalidScope("Credential should be scoped to a valid region. ");
  if (!/^\d{8}$/.test(day)) throw invalidScope(`Date in Credential scope must be YYYYMMDD, got '${day}'.`);
}

/** `us-west-2`, `us-gov-east-1`, `eusc-de-east-1`: letters, words between hyphens, a number. */
const REGION = /^[a-z]{2,8}(?:-[a-z]{2,12}){1,3}-\d{1,2}$/;

function invalidScope(message: string): AwsError {
  return new AwsError("InvalidSignatureException", message);
}

function incomplete(message: string): AwsError {
  return new AwsError("IncompleteSignatureException", message);
}
