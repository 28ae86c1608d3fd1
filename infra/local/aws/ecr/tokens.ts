import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** Permissions of a token. */
export interface Grant {
  accessKeyId: string;
  region: string;
  /** Set for a download URL: the only permitted content, as `name@digest`. */
  only?: string;
  /** Milliseconds since the epoch. */
  expiresAt: number;
}

/** Issues and reads registry tokens. A token contains its signed grant: none is stored, and all survive a restart. */
export interface Tokens {
  issue(grant: Grant): string;
  /** Returns the grant, or undefined for an invalid token. Does not check the expiration. */
  read(token: string): Grant | undefined;
}

/** Lifetime of a registry login, in milliseconds: 12 hours, as on ECR. */
export const TOKEN_LIFETIME = 12 * 3600_000;

/** @param key Secret of the signature, random for each state directory. */
export function createTokens(key: string): Tokens {
  const seal = (payload: string) => createHmac("sha256", key).update(payload).digest();
  return {
    issue(grant) {
      const payload = Buffer.from(JSON.stringify({ ...grant, nonce: randomBytes(16).toString("hex") })).toString(
        "base64url",
      );
      return `${payload}.${seal(payload).toString("base64url")}`;
    },
    read(token) {
      const [payload = "", signature = ""] = token.split(".");
      const given = Buffer.from(signature, "base64url");
      const wanted = seal(payload);
      if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return undefined;
      return JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
    },
  };
}
