import { createHash, timingSafeEqual } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import type { Claim } from "./authorization.js";
import { Sha256 } from "./hash.js";
import type { Principal, Principals } from "./principals.js";
import { AwsError } from "./service.js";

/** A request without its body. */
export interface RequestHead {
  method: string;
  /** Path and query, as on the request line. */
  url: string;
  /** By lower-case name. */
  headers: Record<string, string>;
}

/** Signed request as received. */
export interface SignedRequest extends RequestHead {
  body: Uint8Array;
  /** SHA-256 of the body in hexadecimal, if already computed. */
  bodyHash?: string;
}

const DOES_NOT_MATCH =
  "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.";

/** Maximum difference of a request's date to the server's, in milliseconds: 15 minutes, as on AWS. */
const CLOCK_SKEW = 15 * 60_000;

/**
 * Finds the principal of a request's credential. Proves nothing yet, but rejects an unknown credential before the body is read.
 * @throws AwsError as AWS returns it.
 */
export function findCredential(head: RequestHead, claim: Claim, principals: Principals): Principal {
  const principal = principals.get(claim.accessKeyId);
  if (!principal || !sameText(head.headers["x-amz-security-token"] ?? "", principal.sessionToken ?? "")) {
    throw new AwsError("UnrecognizedClientException", "The security token included in the request is invalid.");
  }
  mustSign(head, claim);
  return principal;
}

/**
 * Verifies a request's signature: signs it again, over the body as received, and compares. `checkTime` checks the date.
 * @throws AwsError as AWS returns it.
 */
export async function verifySignature(request: SignedRequest, claim: Claim, principal: Principal): Promise<void> {
  const bodyHash = request.bodyHash ?? createHash("sha256").update(request.body).digest("hex");
  mustMatchBody(request, bodyHash);
  const signature = await sign(request, claim, principal, bodyHash);
  if (!sameText(signature, claim.signature)) throw mismatch(DOES_NOT_MATCH);
}

/**
 * Checks a request's date and its credential's expiration. @throws AwsError as AWS returns it.
 * @param now Milliseconds since the epoch.
 */
export function checkTime(head: RequestHead, claim: Claim, principal: Principal, now: number): void {
  if (principal.expiresAt !== undefined && now >= principal.expiresAt) {
    throw new AwsError("ExpiredTokenException", "The security token included in the request is expired");
  }
  const stamp = head.headers["x-amz-date"] ?? "";
  const time = signingDate(head, claim).getTime();
  const earliest = now - CLOCK_SKEW;
  const latest = now + CLOCK_SKEW;
  if (!(time >= earliest)) {
    throw mismatch(
      `Signature expired: ${stamp} is now earlier than ${basic(earliest)} (${basic(now)} - ${CLOCK_SKEW / 60_000} min.)`,
    );
  }
  if (time > latest) {
    throw mismatch(
      `Signature not yet current: ${stamp} is still later than ${basic(latest)} (${basic(now)} + ${CLOCK_SKEW / 60_000} min.)`,
    );
  }
}

function signingDate(request: RequestHead, claim: Claim): Date {
  const stamp = request.headers["x-amz-date"] ?? "";
  const fields = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/.exec(stamp);
  if (!fields) {
    throw new AwsError(
      "IncompleteSignatureException",
      `Date must be in ISO-8601 'basic format'. Got '${stamp}'. See http://en.wikipedia.org/wiki/ISO_8601`,
    );
  }
  const [, year, month, day, hour, minute, second] = fields;
  const date = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (!stamp.startsWith(claim.day)) {
    throw mismatch(
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${claim.day}' != '${stamp.slice(0, 8)}', from '${stamp}'.`,
    );
  }
  return date;
}

/** Requires a signature over the headers that select operation, host and time. */
function mustSign(request: RequestHead, claim: Claim): void {
  for (const name of ["host", "x-amz-date", "x-amz-target", "x-amz-security-token"]) {
    if ((name === "host" || request.headers[name] !== undefined) && !claim.signedHeaders.includes(name)) {
      throw mismatch(`'${name}' must be a 'SignedHeader' in the AWS Authorization.`);
    }
  }
}

/** Checks the content hash, if sent. Only S3 accepts unsigned and streamed payloads. */
function mustMatchBody(request: SignedRequest, bodyHash: string): void {
  const claimed = request.headers["x-amz-content-sha256"];
  if (claimed === undefined) return;
  if (!/^[0-9a-f]{64}$/.test(claimed)) throw mismatch(`x-amz-content-sha256 is '${claimed}', not the body's SHA-256.`);
  if (claimed !== bodyHash) throw mismatch(DOES_NOT_MATCH);
}

/** Signer that uses a precomputed hash of the body. */
class HashedBodySigner extends SignatureV4 {
  constructor(
    private readonly bodyHash: string,
    options: ConstructorParameters<typeof SignatureV4>[0],
  ) {
    super(options);
  }

  protected override createCanonicalRequest(...[request, headers]: Parameters<SignatureV4["createCanonicalRequest"]>) {
    return super.createCanonicalRequest(request, headers, this.bodyHash);
  }
}

async function sign(head: RequestHead, claim: Claim, principal: Principal, bodyHash: string): Promise<string> {
  const url = urlOf(head.url);
  const names = new Set(claim.signedHeaders);
  const signer = new HashedBodySigner(bodyHash, {
    credentials: { accessKeyId: principal.accessKeyId, secretAccessKey: principal.secretAccessKey },
    region: claim.region,
    service: claim.service,
    sha256: Sha256,
    applyChecksum: false,
    // The path of S3 is a key, which is encoded once.
    uriEscapePath: claim.service !== "s3",
  });
  const signed = await signer.sign(
    {
      method: head.method,
      protocol: "http:",
      hostname: url.hostname,
      path: url.pathname,
      query: queryOf(url),
      headers: Object.fromEntries(Object.entries(head.headers).filter(([name]) => names.has(name))),
    },
    { signingDate: signingDate(head, claim), signableHeaders: names },
  );
  return /Signature=([0-9a-f]+)/.exec(signed.headers.authorization ?? "")?.[1] ?? "";
}

/** Parses a request target. Ignores the origin of an absolute one; one that begins with two slashes is a path. */
export function urlOf(target: string): URL {
  const path = target.replace(/^https?:\/\/[^/?#]*/i, "");
  return new URL(`http://localhost${path.startsWith("/") ? path : `/${path}`}`);
}

function queryOf(url: URL): Record<string, string[]> {
  const names = [...new Set(url.searchParams.keys())];
  return Object.fromEntries(names.map((name) => [name, url.searchParams.getAll(name)]));
}

/** Compares in constant time, against timing attacks. */
function sameText(left: string, right: string): boolean {
  const [a, b] = [left, right].map((text) => createHash("sha256").update(text).digest()) as [Buffer, Buffer];
  return timingSafeEqual(a, b);
}

function basic(time: number): string {
  return new Date(time).toISOString().replace(/[-:]|\.\d+/g, "");
}

function mismatch(message: string): AwsError {
  return new AwsError("InvalidSignatureException", message);
}
