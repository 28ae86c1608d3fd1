import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** What a token lets its holder do. */
export interface Grant {
  accessKeyId: string;
  region: string;
  /** Set for a download link: this content of this repository only, as `name@digest`. */
  only?: string;
  /** Milliseconds since the epoch. */
  expiresAt: number;
}

/** Makes and reads the registry's tokens. They carry their grant under a seal, so that none has to be remembered and all survive a restart. */
export interface Tokens {
  issue(grant: Grant): string;
  /** The grant, or undefined when this is no token of ours. Whether it has expired is for the caller to see. */
  read(token: string): Grant | undefined;
}

/** How long a registry login lasts, in milliseconds: 12 hours, as ECR has it. */
export const TOKEN_LIFETIME = 12 * 3600_000;

/** @param key The seal's secret, random for each state directory. */
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
