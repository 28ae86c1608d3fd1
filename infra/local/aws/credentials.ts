import { randomBytes } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { writePrivately } from "./state.js";

/** As `aws configure export-credentials` prints them. */
export interface Credentials {
  Version: 1;
  AccessKeyId: string;
  SecretAccessKey: string;
}

/** The keys of a state directory: random, made on its first use, in `credentials.json` that only its owner can read. */
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
    throw new Error(`${path} holds no keys of a local AWS. Move it away, or name another state directory.`);
  }
  return { Version, AccessKeyId, SecretAccessKey };
}

/** Reads a file of this user. In a state directory that others can write to, keys that another user knows may have been put there. */
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
      throw new Error(`${path} belongs to user ${uid}. Move it away, or name another state directory.`);
    }
    return await file.readFile("utf8");
  } finally {
    await file.close();
  }
}

/** What is no JSON object has no keys in it; its content must not show in an error. */
function parseObject(content: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(content));
  } catch {
    return {};
  }
}

/** An id as IAM makes them: a prefix that tells its kind, then 16 letters and digits of base 32. */
export function awsId(prefix: string): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  return prefix + Array.from(randomBytes(16), (byte) => alphabet[byte % 32]).join("");
}
