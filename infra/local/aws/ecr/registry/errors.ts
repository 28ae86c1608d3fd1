import type { ServerResponse } from "node:http";
import { BodyTooLarge } from "../../../http/body.js";
import { AwsError } from "../../protocol/service.js";

/** Error response of the OCI distribution API. */
export class RegistryError extends Error {
  override readonly name = "RegistryError";
  constructor(
    /** Such as `BLOB_UNKNOWN`. */
    readonly code: string,
    readonly status: number,
    message: string,
    readonly headers: Record<string, string> = {},
  ) {
    super(message);
  }
}

/** Registry codes of ECR's errors; messages are the same. */
const OF_ECR = new Map<string, [code: string, status: number]>(
  Object.entries({
    AccessDeniedException: ["DENIED", 403],
    ImageDigestDoesNotMatchException: ["DIGEST_INVALID", 400],
    ImageNotFoundException: ["MANIFEST_UNKNOWN", 404],
    ImageTagAlreadyExistsException: ["TAG_INVALID", 400],
    InvalidLayerException: ["DIGEST_INVALID", 400],
    InvalidLayerPartException: ["BLOB_UPLOAD_INVALID", 409],
    InvalidParameterException: ["MANIFEST_INVALID", 400],
    LimitExceededException: ["SIZE_INVALID", 413],
    LayersNotFoundException: ["MANIFEST_BLOB_UNKNOWN", 404],
    ReferencedImagesNotFoundException: ["MANIFEST_BLOB_UNKNOWN", 404],
    RepositoryNotFoundException: ["NAME_UNKNOWN", 404],
    UploadNotFoundException: ["BLOB_UPLOAD_UNKNOWN", 404],
  }),
);

/** Converts an error to a registry error; returns undefined for an internal error. */
export function asRegistryError(error: unknown): RegistryError | undefined {
  if (error instanceof RegistryError) return error;
  if (error instanceof BodyTooLarge) return new RegistryError("MANIFEST_INVALID", 413, error.message, CLOSE);
  if (!(error instanceof AwsError)) return undefined;
  const [code, status] = OF_ECR.get(error.code) ?? ["UNKNOWN", error.status];
  return new RegistryError(code, status, error.message, status === 413 ? CLOSE : {});
}

export function sendRegistryError(response: ServerResponse, error: RegistryError): void {
  const body = JSON.stringify({ errors: [{ code: error.code, message: error.message }] });
  response.writeHead(error.status, {
    "content-type": "application/json; charset=utf-8",
    "content-length": Buffer.byteLength(body),
    ...error.headers,
  });
  response.end(body);
}

/** Closes the connection: it can't be reused after a body that was not read completely. */
const CLOSE = { connection: "close" };
