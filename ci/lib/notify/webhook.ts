import { createHmac } from "node:crypto";

/** Bytes of a key: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#signature-scheme */
const keyBytes = { least: 24, most: 64 };
const prefix = "whsec_";

/** Reads a signing key, `whsec_` and Base64. @returns undefined for another text. */
export function parseSigningKey(text: string): Uint8Array | undefined {
  const base64 = text.slice(prefix.length);
  if (!text.startsWith(prefix) || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return undefined;
  const key = Buffer.from(base64, "base64");
  return key.length >= keyBytes.least && key.length <= keyBytes.most ? key : undefined;
}

/**
 * Returns the headers of a webhook as Standard Webhooks 1.0 defines them: HMAC-SHA256 of id, timestamp and body.
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 * @param now Milliseconds since the epoch: each attempt has the time of its own.
 */
export function signedHeaders(key: Uint8Array, id: string, body: string, now: number): Record<string, string> {
  const timestamp = String(Math.floor(now / 1000));
  const signature = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64");
  return { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": `v1,${signature}` };
}
