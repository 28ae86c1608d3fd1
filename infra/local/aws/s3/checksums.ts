import { createHash } from "node:crypto";
import { text } from "../protocol/input.js";
import { AwsError, type JsonObject } from "../protocol/service.js";

/** Members with a checksum of the body. CRC32C and CRC64NVME are stored as sent, without a check. */
const CHECKSUMS = ["ChecksumCRC32", "ChecksumCRC32C", "ChecksumCRC64NVME", "ChecksumSHA1", "ChecksumSHA256"] as const;

/**
 * Checks the checksums of an uploaded body, and returns those that are kept with the object.
 * @param isNeeded True where the object gets a retention: Object Lock demands a checksum.
 * @throws AwsError
 */
export function checksumsOf(input: JsonObject, body: Buffer, isNeeded: boolean): Record<string, string> {
  const sent = CHECKSUMS.flatMap((name) => {
    const value = text(input, name);
    return value === undefined ? [] : [[name, value] as const];
  });
  const md5 = text(input, "ContentMD5");
  if (isNeeded && md5 === undefined && sent.length === 0) {
    throw new AwsError(
      "InvalidRequest",
      "Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters",
    );
  }
  if (md5 !== undefined && md5 !== createHash("md5").update(body).digest("base64")) {
    throw new AwsError("BadDigest", "The Content-MD5 you specified did not match what we received.");
  }
  for (const [name, value] of sent) {
    const wanted = computed[name]?.(body) ?? value;
    if (wanted === value) continue;
    throw new AwsError(
      "BadDigest",
      `The ${name.slice("Checksum".length)} you specified did not match the calculated checksum.`,
    );
  }
  return Object.fromEntries(sent);
}

const computed: Partial<Record<string, (body: Buffer) => string>> = {
  ChecksumCRC32: crc32,
  ChecksumSHA1: (body) => createHash("sha1").update(body).digest("base64"),
  ChecksumSHA256: (body) => createHash("sha256").update(body).digest("base64"),
};

/** CRC-32 of ISO 3309, big-endian in base64. Node has it from 20.15 on. */
function crc32(body: Buffer): string {
  let crc = -1;
  for (const byte of body) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE((crc ^ -1) >>> 0);
  return bytes.toString("base64");
}
