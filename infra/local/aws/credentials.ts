import { randomBytes } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { writePrivately } from "./state.js";

/** Credentials in the format of `aws configure export-credentials`. */
export interface Credentials {
  Version: 1;
  AccessKeyId: string;
  SecretAccessKey: string;
}

/** Loads the keys of a state directory from `credentials.json` (mode 0600). Creates random keys on first use. */
export async function loadCredentials(stateDir: string): Promise<Credentials> {
  const path = join(stateDir, "credentials.json");
  const kept = await readKept(path);
  if (kept) return kept;
  const made: Credentials = {
    Version: 1,
    AccessKeyId: awsId("AKIA"),
    SecretAccessKey: randomBytes(30).toString("base64"),
  };
  await writePrivately(path, `${JSON.stringify(made, null, 2)}\n`);
  return made;
}

async function readKept(path: string): Promise<Credentials | undefined> {
  const content = await readOwn(path);
  if (content === undefined) return undefined;
  const { Version, AccessKeyId, SecretAccessKey } = parseObject(content);
  if (Version !== 1 || typeof AccessKeyId !== "string" || typeof SecretAccessKey !== "string") {
    throw new Error(`${path} holds no keys of a local AWS. Move it away, or pass another --state directory.`);
  }
  return { Version, AccessKeyId, SecretAccessKey };
}

/** Reads a file that this user owns. Others may be able to write to the state directory and place keys there that they know. */
async function readOwn(path: string): Promise<string | undefined> {
  let file: FileHandle;
  try {
    file = await open(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  try {
    const { uid } = await file.stat();
    if (uid !== (process.geteuid?.() ?? uid)) {
      throw new Error(`${path} belongs to user ${uid}. Move it away, or pass another --state directory.`);
    }
    return await file.readFile("utf8");
  } finally {
    await file.close();
  }
}

/** Parses a JSON object; returns an empty one for anything else, so that the content never appears in an error. */
function parseObject(content: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(content));
  } catch {
    return {};
  }
}

/** Creates an ID in IAM's format: a prefix for its type, then 16 base-32 characters. */
export function awsId(prefix: string): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  return prefix + Array.from(randomBytes(16), (byte) => alphabet[byte % 32]).join("");
}
