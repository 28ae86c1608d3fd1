import { createHash, timingSafeEqual } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import type { Claim } from "./authorization.js";
import { Sha256 } from "./hash.js";
import type { Principal, Principals } from "./principals.js";
import { AwsError } from "./service.js";

/** What was signed, as it arrived. */
export interface SignedRequest {
  method: string;
  /** Path and query, as on the request line. */
  url: string;
  /** By lower-case name. */
  headers: Record<string, string>;
  body: Uint8Array;
}

const DOES_NOT_MATCH =
  "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.";

/** How far a request's date may lie from the server's, in milliseconds: 15 minutes, as AWS has it. */
export const CLOCK_SKEW = 15 * 60_000;

/**
 * Finds who signed a request, or throws as AWS does. The request is signed again with the key that the claim names,
 * over the body as it arrived, and the two signatures are compared.
 *
 * @param now Milliseconds since the epoch.
 */
export async function verifySignature(
  request: SignedRequest,
  claim: Claim,
  principals: Principals,
  now: number,
): Promise<Principal> {
  const principal = knownPrincipal(request, claim, principals, now);
  const date = signingDate(request, claim, now);
  mustSign(request, claim);
  mustMatchBody(request);
  if (!sameText(await sign(request, claim, principal, date), claim.signature)) throw mismatch(DOES_NOT_MATCH);
  return principal;
}

function knownPrincipal(request: SignedRequest, claim: Claim, principals: Principals, now: number): Principal {
  const principal = principals.get(claim.accessKeyId);
  if (!principal || !sameText(request.headers["x-amz-security-token"] ?? "", principal.sessionToken ?? "")) {
    throw new AwsError("UnrecognizedClientException", "The security token included in the request is invalid.");
  }
  if (principal.expiresAt !== undefined && now >= principal.expiresAt) {
    throw new AwsError("ExpiredTokenException", "The security token included in the request is expired");
  }
  return principal;
}

function signingDate(request: SignedRequest, claim: Claim, now: number): Date {
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
  const earliest = now - CLOCK_SKEW;
  const latest = now + CLOCK_SKEW;
  if (!(date.getTime() >= earliest)) {
    throw mismatch(
      `Signature expired: ${stamp} is now earlier than ${basic(earliest)} (${basic(now)} - ${CLOCK_SKEW / 60_000} min.)`,
    );
  }
  if (date.getTime() > latest) {
    throw mismatch(
      `Signature not yet current: ${stamp} is still later than ${basic(latest)} (${basic(now)} + ${CLOCK_SKEW / 60_000} min.)`,
    );
  }
  return date;
}

/** What decides which operation is called, where and when, must be under the signature. */
function mustSign(request: SignedRequest, claim: Claim): void {
  for (const name of ["host", "x-amz-date", "x-amz-target", "x-amz-security-token"]) {
    if ((name === "host" || request.headers[name] !== undefined) && !claim.signedHeaders.includes(name)) {
      throw mismatch(`'${name}' must be a 'SignedHeader' in the AWS Authorization.`);
    }
  }
}

/** Only S3 takes unsigned and streamed payloads: a content hash, where one is sent, must be the body's own. */
function mustMatchBody(request: SignedRequest): void {
  const claimed = request.headers["x-amz-content-sha256"];
  if (claimed === undefined) return;
  if (!/^[0-9a-f]{64}$/.test(claimed)) throw mismatch(`x-amz-content-sha256 is '${claimed}', not the body's SHA-256.`);
  if (claimed !== createHash("sha256").update(request.body).digest("hex")) throw mismatch(DOES_NOT_MATCH);
}

async function sign(request: SignedRequest, claim: Claim, principal: Principal, date: Date): Promise<string> {
  const url = new URL(request.url, "http://localhost");
  const names = new Set(claim.signedHeaders);
  const signer = new SignatureV4({
    credentials: { accessKeyId: principal.accessKeyId, secretAccessKey: principal.secretAccessKey },
    region: claim.region,
    service: claim.service,
    sha256: Sha256,
    applyChecksum: false,
  });
  const signed = await signer.sign(
    {
      method: request.method,
      protocol: "http:",
      hostname: url.hostname,
      path: url.pathname,
      query: queryOf(url),
      headers: Object.fromEntries(Object.entries(request.headers).filter(([name]) => names.has(name))),
      body: request.body,
    },
    { signingDate: date, signableHeaders: names },
  );
  return /Signature=([0-9a-f]+)/.exec(signed.headers.authorization ?? "")?.[1] ?? "";
}

function queryOf(url: URL): Record<string, string[]> {
  const query: Record<string, string[]> = {};
  for (const name of new Set(url.searchParams.keys())) query[name] = url.searchParams.getAll(name);
  return query;
}

/** Compares in constant time, so that a signature can't be guessed digit by digit. */
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
