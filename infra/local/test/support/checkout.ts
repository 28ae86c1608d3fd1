import { execFileSync } from "node:child_process";
import { cp, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../../", import.meta.url));

/** A clean checkout of what a release is made from, with one commit. */
export interface Checkout {
  path: string;
  git(...args: string[]): string;
  write(path: string, content: string): Promise<void>;
  /** Removes everything that is not committed. */
  clean(): void;
  remove(): Promise<void>;
}

export async function makeCheckout(): Promise<Checkout> {
  const path = await mkdtemp(join(tmpdir(), "slipway-checkout-"));
  await copyProject(path);
  const git = gitIn(path);
  git("init", "--quiet", "--initial-branch=main");
  git("add", "--all");
  git("commit", "--quiet", "--message", "First");
  return {
    path,
    git,
    write: (name, content) => writeFile(join(path, name), content),
    clean() {
      git("checkout", "--quiet", "--", ".");
      git("clean", "--quiet", "--force", "-d");
    },
    remove: () => rm(path, { recursive: true, force: true }),
  };
}

/** Copies the files that the module's functions read. The packages are links. */
export async function copyProject(path: string): Promise<void> {
  const generated = /\/(node_modules|sdk|__pycache__|\.venv|\.pytest_cache)$/;
  for (const part of ["dagger.json", ".env", "app", "ci", "infra/targets"]) {
    await cp(join(root, part), join(path, part), { recursive: true, filter: (from) => !generated.test(from) });
  }
  await lendPackages(path);
  await writeFile(join(path, ".gitignore"), "node_modules\n__pycache__/\n*.pyc\n");
}

/** Links the packages of this checkout into another one. */
export async function lendPackages(path: string): Promise<void> {
  for (const part of ["", "ci"]) await symlink(join(root, part, "node_modules"), join(path, part, "node_modules"));
}

/** Runs git in a directory, without the settings of the user who runs the tests. */
export function gitIn(path: string): (...args: string[]) => string {
  const identity = { NAME: "Ada", EMAIL: "ada@example.com" };
  const env = {
    PATH: process.env.PATH,
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_NOSYSTEM: "1",
    ...Object.fromEntries(
      ["AUTHOR", "COMMITTER"].flatMap((who) =>
        Object.entries(identity).map(([what, value]) => [`GIT_${who}_${what}`, value]),
      ),
    ),
  };
  return (...args) => execFileSync("git", ["-C", path, ...args], { env, encoding: "utf8", stdio: "pipe" }).trim();
}

/** Creates a directory that is removed after the test. */
export async function temporary(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "slipway-test-"));
  t.after(() => rm(path, { recursive: true, force: true }));
  return path;
}
