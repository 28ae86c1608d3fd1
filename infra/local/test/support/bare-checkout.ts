import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { temporary } from "./checkout.js";

/** The kernel's overflow user id, which owns nothing: https://man7.org/linux/man-pages/man7/user_namespaces.7.html */
const unprivileged = 65534;
const root = fileURLToPath(new URL("../../../../", import.meta.url));

/** A checkout in which no package is installed, and an `npm` that runs a script of the test instead of installing any. */
export interface BareCheckout {
  path: string;
  /** Runs a command as `npm run` does. */
  start(...words: string[]): Promise<{ exitCode: number; stderr: string }>;
}

/**
 * @param npm JavaScript that runs in place of npm, in the directory whose packages are to be installed.
 * @param options `unprivileged` runs commands as a user without privileges where the tests run as root.
 */
export async function bareCheckout(
  t: TestContext,
  npm: string,
  options: { unprivileged?: boolean } = {},
): Promise<BareCheckout> {
  const path = await temporary(t);
  await mkdir(join(path, "ci"));
  const script = join(path, "fake-npm.js");
  await writeFile(script, npm);
  for (const name of ["package-lock.json", "ci/package-lock.json"]) await writeFile(join(path, name), "{}");
  for (const name of ["start.mjs", "process-lock.mjs", "typescript.mjs"]) {
    await cp(join(root, "infra/local", name), join(path, "infra/local", name));
  }
  return {
    path,
    async start(...words) {
      const child = spawn(process.execPath, [join(path, "infra/local/start.mjs"), ...words], {
        env: { PATH: process.env.PATH, npm_execpath: script },
        stdio: ["ignore", "ignore", "pipe"],
        ...(options.unprivileged && process.getuid?.() === 0 && { uid: unprivileged, gid: unprivileged }),
      });
      const [stderr, [exitCode]] = await Promise.all([text(child.stderr), once(child, "close")]);
      return { exitCode, stderr };
    },
  };
}
