import { createHash } from "node:crypto";
import { readdir, readFile, readlink, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";

/** One file of what an image is built from. */
export interface InputFile {
  /** Relative, with `/` between its parts. */
  path: string;
  kind: "file" | "executable" | "link";
  /** A link's content is where it points. */
  content: Uint8Array;
}

/** Everything but files that decides what an image holds. */
export interface Recipe {
  platform: string;
  /** The text of the Dockerfile. */
  dockerfile: string;
  stage: string;
  args: Readonly<Record<string, string>>;
}

/** Raised when the image changes although all of this stays the same. */
const FORMAT = 3;

/**
 * A release's identity: the same files and the same recipe give the same digest on any machine. Only the executable bit of a mode
 * counts, because the others follow the umask of the checkout.
 * @returns `sha256:` and 64 hex digits.
 */
export function inputDigest(files: InputFile[], recipe: Recipe): string {
  const { platform, dockerfile, stage, args } = recipe;
  const sortedArgs = Object.entries(args).sort(([a], [b]) => (a < b ? -1 : 1));
  const what = [FORMAT, platform, dockerfile, stage.toLowerCase(), sortedArgs];
  const hash = createHash("sha256").update(`${JSON.stringify(what)}\n`);
  for (const { path, kind, content } of [...files].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    hash.update(`${JSON.stringify([path, kind, createHash("sha256").update(content).digest("hex")])}\n`);
  }
  return `sha256:${hash.digest("hex")}`;
}

/** Reads every file below `root`. */
export async function readInputFiles(root: string): Promise<InputFile[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  return Promise.all(paths.map((path) => readInput(root, path)));
}

async function readInput(root: string, path: string): Promise<InputFile> {
  const name = relative(root, path).split(sep).join("/");
  const target = await readlink(path).catch(() => undefined);
  if (target !== undefined) return { path: name, kind: "link", content: Buffer.from(target) };
  const executable = ((await stat(path)).mode & 0o100) !== 0;
  return { path: name, kind: executable ? "executable" : "file", content: await readFile(path) };
}
