import { InputError } from "../common/errors.js";
import { type Field, type Fields, fields, readFields } from "./credential-formats.js";

/** AWS credentials as the user passed them. */
export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
  /** Time at which they expire; absent for long-term keys. */
  expiration?: Date;
}

const ACCEPTED =
  "Accepted: the JSON of `aws configure export-credentials` or `aws sts assume-role`, one profile of a credentials file, or the lines AWS_ACCESS_KEY_ID=…, AWS_SECRET_ACCESS_KEY=… and, for temporary keys, AWS_SESSION_TOKEN=…, as a shell takes them.";

/**
 * Reads credentials. Removes what copying adds (quotes, line breaks, invisible characters). No error contains a value of theirs.
 * @param text The JSON that AWS's CLI prints, one profile of a credentials file, or `AWS_…=` lines of a shell.
 * @param now Milliseconds since the epoch.
 * @throws InputError that names each missing or invalid field, or when the credentials have expired.
 */
export function parseCredentials(text: string, now: number): Credentials {
  const found = readFields(text);
  if (found === "empty") {
    throw new InputError("no-credentials", `The credentials are empty. Is the profile logged in? ${ACCEPTED}`);
  }
  if ("unreadable" in found) throw unreadable(found.unreadable);
  const mistakes = fields.flatMap((field) => mistakeIn(field, found) ?? []);
  if (mistakes.length > 0) throw unreadable(`${mistakes.join("; ")}.`);
  const credentials = fromFields(found);
  refuseExpired(credentials, now);
  return credentials;
}

function unreadable(why: string): InputError {
  return new InputError("bad-credentials", `Cannot read the credentials. ${why} ${ACCEPTED}`);
}

/** Describes what is wrong with a field by its name, without its value. */
function mistakeIn(field: Field, found: Fields): string | undefined {
  const value = found[field];
  if (value === undefined || value === "") return required.has(field) ? `${field}: missing` : undefined;
  if (typeof value !== "string") return `${field}: not a string`;
  if (field === "Expiration") {
    return Number.isNaN(Date.parse(value)) ? `${field}: not a date and time such as 2026-01-31T12:00:00Z` : undefined;
  }
  const { pattern, accepted } = field === "AccessKeyId" ? keyId : visible;
  const at = [...value].findIndex((character) => !pattern.test(character));
  return at < 0 ? undefined : `${field}: character ${at + 1} is not one of ${accepted}; copy the value again`;
}

const required: ReadonlySet<Field> = new Set<Field>(["AccessKeyId", "SecretAccessKey"]);
/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_AccessKey.html */
const keyId = { pattern: /\w/, accepted: "A-Z, a-z, 0-9 and _" };
/** Characters that an HTTP header can carry. AWS documents no narrower alphabet. */
const visible = { pattern: /[\x21-\x7e]/, accepted: "the visible ASCII characters" };

function fromFields(found: Fields): Credentials {
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = found as Record<Field, string | undefined>;
  return {
    accessKeyId: AccessKeyId ?? "",
    secretAccessKey: SecretAccessKey ?? "",
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
