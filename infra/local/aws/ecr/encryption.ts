import { createHash } from "node:crypto";
import { partitionOf } from "../partition.js";
import { record, text } from "../protocol/input.js";
import type { Caller, JsonObject } from "../protocol/service.js";
import { invalidParameter } from "./errors.js";

const TYPES = ["AES256", "KMS", "KMS_DSSE"];

/**
 * Reads a repository's encryption configuration. KMS without a key uses the AWS managed key `aws/ecr`. Keys are returned as ARNs.
 * @see https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_EncryptionConfiguration.html
 */
export function readEncryption(input: JsonObject, caller: Caller): JsonObject {
  const configuration = record(input, "encryptionConfiguration") ?? {};
  const encryptionType = text(configuration, "encryptionType") ?? "AES256";
  const kmsKey = text(configuration, "kmsKey");
  if (!TYPES.includes(encryptionType)) {
    throw invalidParameter("encryptionConfiguration", `Member must satisfy enum value set: [${TYPES.join(", ")}]`);
  }
  if (encryptionType === "AES256") {
    if (kmsKey === undefined) return { encryptionType };
    throw invalidParameter("encryptionConfiguration", "kmsKey must not be given with the encryption type AES256");
  }
  if (kmsKey !== undefined && (kmsKey.length < 1 || kmsKey.length > 2048)) {
    throw invalidParameter("encryptionConfiguration", "kmsKey must have between 1 and 2048 characters");
  }
  return { encryptionType, kmsKey: keyArn(kmsKey ?? MANAGED, caller) };
}

const MANAGED = "alias/aws/ecr";

function keyArn(key: string, { region, accountId }: Caller): string {
  const prefix = `arn:${partitionOf(region)}:kms:${region}:${accountId}:`;
  if (key === MANAGED || key === `${prefix}${MANAGED}`) return `${prefix}key/${managedKeyId(region, accountId)}`;
  if (key.startsWith("arn:")) return key;
  return key.startsWith("alias/") ? `${prefix}${key}` : `${prefix}key/${key}`;
}

/** Returns the ID of the managed key, always the same for one account and region. */
function managedKeyId(region: string, accountId: string): string {
  const hex = createHash("sha256").update(`${MANAGED} ${accountId} ${region}`).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-");
}
