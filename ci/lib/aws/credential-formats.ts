/**
 * The formats in which credentials are copied: what AWS's CLI, its access portal and its console print, and what shells take. Reads
 * them into the names of `aws configure export-credentials --format process`.
 */
export const fields = ["AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"] as const;
export type Field = (typeof fields)[number];
/** Values as found, without what copying adds. Numbers and objects stay as they are, for the error about them. */
export type Fields = Partial<Record<Field, unknown>>;
/** Reason that a text holds no readable credentials: a sentence without any value. */
export interface Unreadable {
  unreadable: string;
}

export function readFields(text: string): Fields | Unreadable | "empty" {
  if (text.length > longest) return { unreadable: `They are longer than ${longest} characters.` };
  const clean = withoutInvisible(text).trim();
  if (clean === "") return "empty";
  const json = unquoted(clean);
  if (json.startsWith("{")) return fromJson(json);
  return fromConsole(clean) ?? fromLines(clean);
}

/** A session token has some thousand characters at most. */
const longest = 65536;

/**
 * Controls (a file in UTF-16 leaves a NUL beside each character), zero-width characters, marks of direction, the byte order mark, and
 * what stands for bytes that could not be decoded.
 */
const invisible = /(?![\n\t])[\p{Cc}\p{Cf}\ufffd]/gu;
const lineBreaks = /\r\n|[\r\n\v\f\u0085\u2028\u2029]/g;

function withoutInvisible(text: string): string {
  return text
    .replace(lineBreaks, "\n")
    .replace(invisible, "")
    .replace(/\p{Zs}/gu, " ");
}

const names: ReadonlyMap<string, Field> = new Map<string, Field>([
  ["accesskeyid", "AccessKeyId"],
  ["accesskey", "AccessKeyId"],
  ["secretaccesskey", "SecretAccessKey"],
  // The names of Amazon Cognito and of the instance metadata.
  ["secretkey", "SecretAccessKey"],
  ["token", "SessionToken"],
  ["sessiontoken", "SessionToken"],
  ["securitytoken", "SessionToken"],
  ["expiration", "Expiration"],
  ["credentialexpiration", "Expiration"],
  ["sessionexpiration", "Expiration"],
]);

/** `AWS_ACCESS_KEY_ID`, `aws_access_key_id` and `accessKeyId` name the same field. */
function fieldOf(name: string): Field | undefined {
  return names.get(name.toLowerCase().replace(/^aws_/, "").replaceAll("_", ""));
}

/** Members under which AWS's commands nest credentials: of STS and Cognito, of SSO, and of IAM's new access key. */
const wrappers = ["Credentials", "roleCredentials", "AccessKey"];

function fromJson(text: string): Fields | Unreadable {
  const parsed = parseObject(text);
  if (!parsed) return { unreadable: "They begin as JSON and are not valid JSON: copy them whole." };
  const nested = wrappers.map((name) => parsed[name]).find((member) => typeof member === "object" && member !== null);
  const found: Fields = {};
  for (const [name, value] of Object.entries(nested ?? parsed)) {
    const field = fieldOf(name);
    if (field && value !== null) found[field] = field === "Expiration" ? timeOf(value) : cleaned(value);
  }
  return found;
}

function parseObject(text: string): Record<string, unknown> | undefined {
  // A line break within a string is no JSON; between tokens it means nothing. A narrow terminal puts it anywhere.
  const candidates = [text, text.replaceAll("\n", "").replaceAll("\t", " ")];
  for (const candidate of candidates) {
    try {
      const parsed: unknown = JSON.parse(candidate);
      return typeof parsed === "object" && parsed !== null ? (parsed as Record<string, unknown>) : undefined;
    } catch {
      // The parser's message quotes what it read, so it is not passed on.
    }
  }
  return undefined;
}

/** SSO has the time in milliseconds since the epoch, all others as text. */
function timeOf(value: unknown): unknown {
  if (typeof value !== "number") return typeof value === "string" ? unquoted(value) : value;
  const date = new Date(value > 1e11 ? value : value * 1000);
  return Number.isNaN(date.getTime()) ? value : date.toISOString();
}

/** No field but the time has white space: what a line break or a tab has cut is put together; a space stays, and is refused later. */
function cleaned(value: unknown): unknown {
  return typeof value === "string" ? unquoted(value).replace(/[\n\t]/g, "") : value;
}

const quotes = "[\"'`\u2018-\u201f\u00ab\u00bb]";
const quoted = new RegExp(`^(?:${quotes})+|(?:${quotes})+$`, "g");

function unquoted(value: string): string {
  return withoutInvisible(value).trim().replace(quoted, "").trim();
}

/** The file that IAM's console gives for a new access key: a line of titles, and one of values. */
function fromConsole(text: string): Fields | undefined {
  const [titles = [], values = []] = text.split("\n").map((line) => line.split(",").map(unquoted));
  const at = (title: string) => titles.findIndex((one) => one.toLowerCase() === title);
  const [id, secret] = [at("access key id"), at("secret access key")];
  if (id < 0 || secret < 0) return undefined;
  return { AccessKeyId: values[id], SecretAccessKey: values[secret] };
}

/**
 * One assignment of a shell: `NAME=…`, `export NAME=…`, `declare -x NAME="…"`, `set NAME=…` and `set "NAME=…"` of cmd, `$Env:NAME="…"`
 * of PowerShell, `set -gx NAME …` of fish, `setenv NAME …` of csh, `$env.NAME = …` of Nushell, `NAME: …` of YAML, and `name = …` of a
 * credentials file.
 */
const assignment =
  /^(?:(?:export|declare|typeset|setx?|setenv|env|-e|--env|-)\s+)?(?:--?[a-z]+\s+)*["']?\$?\{?(?:env[:.])?(\w+)["'}]*(\s*[=:]\s*|\s+)(.*)$/i;
/** Several assignments in one line, as a field of a form that takes no line breaks leaves them. */
const joined =
  /(?<!(?:^|[\s;&])(?:export|set|-e|--env)|[ \t;&])[ \t;&]+(?=(?:export +|set +|\$env:|-e +|--env[ =])?AWS_(?:ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN)=)/gim;
const comment = /^(?:#|;|\/\/|::|rem\b)/i;
const heading = /^\[\s*(.*?)\s*\]$/;
/** The rest of a value that a line break cut: base64 with no name before it. A short one with a single `=` would be a variable. */
const continuation = /^(?:[A-Za-z0-9+/]+(?:==)?|[A-Za-z0-9+/]{16,}=)["';]*$/;

interface Profile {
  name: string;
  found: Fields;
}

function fromLines(text: string): Fields | Unreadable {
  const profiles: Profile[] = [{ name: "", found: {} }];
  let open: Field | undefined;
  for (const line of text
    .replace(joined, "\n")
    .split("\n")
    .map((one) => one.trim())) {
    const profile = profiles.at(-1) as Profile;
    const [, name] = heading.exec(line) ?? [];
    const [, variable = "", , value = ""] = assignment.exec(line) ?? [];
    const field = fieldOf(variable);
    if (line === "" || comment.test(line)) continue;
    if (name !== undefined) profiles.push({ name, found: {} });
    else if (field && variable.includes("_")) {
      const now = field === "Expiration" ? unquoted(value) : unquoted(value.replace(/[;,\s]+$/, ""));
      if (now && profile.found[field] && profile.found[field] !== now) {
        return { unreadable: `${field} is there twice, with two values: pass one set of credentials.` };
      }
      if (now) profile.found[field] = now;
    } else if (open && continuation.test(line)) {
      profile.found[open] = `${profile.found[open]}${unquoted(line.replace(/[;,\s]+$/, ""))}`;
      continue;
    }
    open = field && field !== "Expiration" && profile.found[field] ? field : undefined;
  }
  return onlyProfile(profiles);
}

function onlyProfile(profiles: readonly Profile[]): Fields | Unreadable {
  const [first, ...others] = profiles.filter(({ found }) => Object.keys(found).length > 0);
  if (others.length === 0) return first?.found ?? {};
  const shown = [first, ...others].slice(0, 5).map((one) => JSON.stringify(one?.name.slice(0, 40)));
  const more = others.length > 4 ? " and more" : "";
  return {
    unreadable: `They hold ${others.length + 1} profiles (${shown.join(", ")}${more}), and one is needed: pass only its lines, or \`aws configure export-credentials --profile NAME\`.`,
  };
}
