import type { Encoded, Protocol } from "./aws-protocols.js";
import type { Shape } from "./model.js";
import { AwsError, type Json, type JsonObject } from "./service.js";
import { type RequestHead, urlOf } from "./signature.js";
import { element, escapeXml } from "./xml.js";

/**
 * Protocol of Amazon S3: method, path and query select the operation; headers and body hold its members. The bucket is the first part of
 * the path, or the label of a host below `localhost`. Bodies of objects are members in base64.
 */
export function s3Protocol(head: RequestHead): Protocol {
  const { pathname, searchParams } = urlOf(head.url);
  const { bucket, key } = placeOf(head.headers.host ?? "", pathname);
  return {
    contentType: "application/xml",
    name: () => ({ target: "s3", operation: operationAt(head, bucket, key, searchParams) }),
    decode(body, shape) {
      const typeOf = (member: string) => (shape?.type === "structure" ? shape.members.get(member)?.().type : undefined);
      const headers = MEMBERS.flatMap(([header, member]) => {
        const value = head.headers[header];
        return value === undefined ? [] : [[member, simple(value, typeOf(member))]];
      });
      const metadata = Object.entries(head.headers)
        .filter(([name]) => name.startsWith(META))
        .map(([name, value]) => [name.slice(META.length), value]);
      const query = QUERY.flatMap(([name, member]) => {
        const value = searchParams.get(name);
        return value === null ? [] : [[member, simple(value, typeOf(member))]];
      });
      return {
        ...Object.fromEntries([...headers, ...query]),
        ...(metadata.length > 0 && { Metadata: Object.fromEntries(metadata) }),
        ...(bucket !== "" && { Bucket: bucket }),
        ...(key !== "" && { Key: key }),
        // Only these have one: a retention that is set, or the content of an object.
        ...(searchParams.has("object-lock") && { ObjectLockConfiguration: retentionIn(body) }),
        ...(head.method === "PUT" && key !== "" && { Body: Buffer.from(body).toString("base64") }),
      };
    },
    encode,
    encodeError(error, requestId) {
      const { code, status } = S3_ERRORS[error.code] ?? error;
      const members = { Code: code, Message: error.message, RequestId: requestId, ...error.fields };
      const region = error.fields.BucketRegion;
      return {
        status,
        headers: typeof region === "string" ? { "x-amz-bucket-region": region } : {},
        body: head.method === "HEAD" ? "" : xml(element("Error", content(members))),
      };
    },
  };
}

/** Parses a header or a query's value. A malformed one stays a text, which the validation rejects. */
function simple(value: string, type: Shape["type"] | undefined): Json {
  if (type === "number" && /^\d+$/.test(value)) return Number(value);
  if (type === "boolean" && /^(?:true|false)$/i.test(value)) return value.toLowerCase() === "true";
  if (type === "timestamp" && !Number.isNaN(Date.parse(value))) return Date.parse(value) / 1_000;
  return value;
}

const META = "x-amz-meta-";
/** Headers of requests and responses, with their members. */
const MEMBERS: readonly [header: string, member: string][] = [
  ["if-match", "IfMatch"],
  ["if-none-match", "IfNoneMatch"],
  ["content-md5", "ContentMD5"],
  ["content-type", "ContentType"],
  ["x-amz-checksum-crc32", "ChecksumCRC32"],
  ["x-amz-checksum-crc32c", "ChecksumCRC32C"],
  ["x-amz-checksum-crc64nvme", "ChecksumCRC64NVME"],
  ["x-amz-checksum-sha1", "ChecksumSHA1"],
  ["x-amz-checksum-sha256", "ChecksumSHA256"],
  ["x-amz-object-lock-mode", "ObjectLockMode"],
  ["x-amz-object-lock-retain-until-date", "ObjectLockRetainUntilDate"],
  ["x-amz-bucket-object-lock-enabled", "ObjectLockEnabledForBucket"],
  ["x-amz-bucket-region", "BucketRegion"],
  ["etag", "ETag"],
  ["last-modified", "LastModified"],
  ["location", "Location"],
];
const QUERY: readonly [name: string, member: string][] = [
  ["prefix", "Prefix"],
  ["delimiter", "Delimiter"],
  ["max-keys", "MaxKeys"],
  ["continuation-token", "ContinuationToken"],
  ["start-after", "StartAfter"],
];

function placeOf(host: string, path: string): { bucket: string; key: string } {
  const [, ofHost] = /^([a-z0-9][a-z0-9.-]*)\.localhost(?::\d+)?$/.exec(host) ?? [];
  const [, ofPath = "", rest = ""] = /^\/([^/]*)\/?(.*)$/s.exec(path) ?? [];
  try {
    return ofHost === undefined
      ? { bucket: decodeURIComponent(ofPath), key: decodeURIComponent(rest) }
      : { bucket: ofHost, key: decodeURIComponent(path.slice(1)) };
  } catch {
    throw new AwsError("InvalidURI", "Couldn't parse the specified URI.", 400);
  }
}

/** Operations without a query, for a bucket and for an object, by method. */
const OF_BUCKET: Record<string, string> = { PUT: "CreateBucket", HEAD: "HeadBucket", DELETE: "DeleteBucket" };
const OF_OBJECT: Record<string, string> = {
  PUT: "PutObject",
  GET: "GetObject",
  HEAD: "HeadObject",
  DELETE: "DeleteObject",
};
/** Names in a query that select no other operation. */
const PLAIN = new Set(["x-id", "list-type", "encoding-type", "fetch-owner", ...QUERY.map(([name]) => name)]);

function operationAt({ method, headers }: RequestHead, bucket: string, key: string, query: URLSearchParams): string {
  const other = [...query.keys()].find((name) => !PLAIN.has(name));
  const found =
    bucket === ""
      ? undefined
      : other === "object-lock" && key === ""
        ? { PUT: "PutObjectLockConfiguration", GET: "GetObjectLockConfiguration" }[method]
        : other !== undefined || headers["x-amz-copy-source"] !== undefined
          ? undefined
          : key !== ""
            ? OF_OBJECT[method]
            : query.get("list-type") === "2"
              ? "ListObjectsV2"
              : OF_BUCKET[method];
  if (found !== undefined) return found;
  const what = `${method} ${bucket === "" ? "/" : key === "" ? "of a bucket" : "of an object"}${other === undefined ? "" : ` with ${other.slice(0, 50)}`}`;
  throw new AwsError("NotImplemented", `This local AWS does not implement ${what} of S3.`, 501);
}

/** Reads mode and days of PutObjectLockConfiguration. */
function retentionIn(body: Uint8Array): JsonObject {
  const text = new TextDecoder().decode(body);
  const value = (name: string) => new RegExp(`<${name}>([^<]{1,20})</${name}>`).exec(text)?.[1];
  const [mode, days, years] = [value("Mode"), value("Days"), value("Years")];
  if (mode === undefined) return {};
  const of = (number: string | undefined) => (number === undefined ? null : Number(number));
  return { Rule: { DefaultRetention: { Mode: mode, Days: of(days), Years: of(years) } } };
}

/** Roots of the responses that are XML, by operation. */
const ROOTS: Record<string, string> = {
  ListObjectsV2: "ListBucketResult",
  GetObjectLockConfiguration: "ObjectLockConfiguration",
};

function encode(operation: string, output: JsonObject): Encoded {
  const root = ROOTS[operation];
  if (root !== undefined)
    return { headers: {}, body: xml(`<${root} xmlns="${NAMESPACE}">${content(output)}</${root}>`) };
  const { Body, Metadata, ...rest } = output;
  const headers = MEMBERS.flatMap(([header, member]) =>
    rest[member] === undefined ? [] : [[header, String(rest[member])]],
  );
  const metadata = Object.entries((Metadata ?? {}) as JsonObject).map(([name, value]) => [META + name, String(value)]);
  const status = operation === "DeleteObject" || operation === "DeleteBucket" ? { status: 204 } : {};
  const body = typeof Body === "string" ? Buffer.from(Body, "base64") : "";
  return { ...status, headers: Object.fromEntries([...headers, ...metadata]), body };
}

const NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/";
const xml = (text: string) => `<?xml version="1.0" encoding="UTF-8"?>\n${text}`;

/** Lists are flat: an element for each item. */
function content(value: JsonObject): string {
  return Object.entries(value)
    .flatMap(([name, member]) => [member].flat().map((one) => (one === null ? "" : item(name, one))))
    .join("");
}

function item(name: string, value: Json): string {
  return element(name, typeof value === "object" ? content(value as JsonObject) : escapeXml(String(value)));
}

/** Error codes of S3 for errors before the operation. */
const S3_ERRORS: Record<string, { code: string; status: number }> = {
  AccessDeniedException: { code: "AccessDenied", status: 403 },
  ExpiredTokenException: { code: "ExpiredToken", status: 400 },
  IncompleteSignatureException: { code: "AuthorizationHeaderMalformed", status: 400 },
  InternalFailure: { code: "InternalError", status: 500 },
  InvalidSignatureException: { code: "SignatureDoesNotMatch", status: 403 },
  SerializationException: { code: "MalformedXML", status: 400 },
  ThrottlingException: { code: "SlowDown", status: 503 },
  UnknownOperationException: { code: "NotImplemented", status: 501 },
  UnrecognizedClientException: { code: "InvalidAccessKeyId", status: 403 },
};
