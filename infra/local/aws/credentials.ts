import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
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
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") {
      throw new Error(`${path} can't be read: ${(error as Error).message}. Start with --reset to make new keys.`, {
        cause: error,
      });
    }
  }
  const made: Credentials = {
    Version: 1,
    AccessKeyId: awsId("AKIA"),
    SecretAccessKey: randomBytes(30).toString("base64"),
  };
  await writePrivately(path, `${JSON.stringify(made, null, 2)}\n`);
  return made;
}

/** An id as IAM makes them: a prefix that tells its kind, then 16 letters and digits of base 32. */
export function awsId(prefix: string): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  return prefix + Array.from(randomBytes(16), (byte) => alphabet[byte % 32]).join("");
}
