import * as v from "valibot";
import { InputError } from "../errors.js";

/** Keys to AWS as they were handed over. */
export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
  /** When they end; absent for keys that don't. */
  expiration?: Date;
}

const ACCEPTED =
  "Accepted: the JSON of `aws configure export-credentials`, or the lines AWS_ACCESS_KEY_ID=…, AWS_SECRET_ACCESS_KEY=… and, for temporary keys, AWS_SESSION_TOKEN=….";

const schema = v.object({
  AccessKeyId: v.pipe(v.string(), v.nonEmpty()),
  SecretAccessKey: v.pipe(v.string(), v.nonEmpty()),
  SessionToken: v.nullish(v.string()),
  Expiration: v.nullish(
    v.pipe(
      v.string(),
      v.check((text) => !Number.isNaN(Date.parse(text))),
    ),
  ),
});

/**
 * Reads credentials. No error ever shows a value of theirs.
 * @param text The JSON of `aws configure export-credentials`, or `AWS_…=` lines.
 * @param now Milliseconds since the epoch.
 * @throws InputError when something is missing, or when they have expired.
 */
export function parseCredentials(text: string, now: number): Credentials {
  const trimmed = text.trim();
  if (trimmed === "") {
    throw new InputError("no-credentials", `The credentials are empty: is the profile logged in? ${ACCEPTED}`);
  }
  const result = v.safeParse(schema, trimmed.startsWith("{") ? parseJson(trimmed) : parseLines(trimmed));
  if (!result.success) {
    const fields = result.issues.map((issue) => v.getDotPath(issue) ?? "everything");
    throw new InputError(
      "bad-credentials",
      `The credentials can't be read: missing or invalid ${fields.join(", ")}. ${ACCEPTED}`,
    );
  }
  const credentials = fromWire(result.output);
  refuseExpired(credentials, now);
  return credentials;
}

function fromWire({
  AccessKeyId,
  SecretAccessKey,
  SessionToken,
  Expiration,
}: v.InferOutput<typeof schema>): Credentials {
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    ...(SessionToken && { sessionToken: SessionToken }),
    ...(Expiration && { expiration: new Date(Expiration) }),
  };
}

function refuseExpired({ expiration }: Credentials, now: number): void {
  if (!expiration || expiration.getTime() > now) return;
  throw new InputError(
    "expired-credentials",
    `The credentials expired at ${expiration.toISOString()}. Log in again, as with \`aws sso login\`, and repeat the command.`,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes what it read.
    throw new InputError("bad-credentials", `The credentials begin like JSON but are not. ${ACCEPTED}`);
  }
}

const NAMES: Record<string, string> = {
  AWS_ACCESS_KEY_ID: "AccessKeyId",
  AWS_SECRET_ACCESS_KEY: "SecretAccessKey",
  AWS_SESSION_TOKEN: "SessionToken",
  AWS_CREDENTIAL_EXPIRATION: "Expiration",
};

function parseLines(text: string): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const line of text.split(/\r?\n/)) {
    const match = /^\s*(?:export\s+)?(\w+)\s*=\s*(["']?)(.*?)\2\s*$/.exec(line);
    const field = match && NAMES[match[1] ?? ""];
    if (field && match[3]) fields[field] = match[3];
  }
  return fields;
}
