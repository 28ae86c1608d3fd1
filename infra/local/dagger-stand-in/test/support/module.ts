import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type CallOptions, call } from "../../cli/call.js";
import { Store } from "../../content/store.js";
import { StandIn } from "../../stand-in.js";

const root = fileURLToPath(new URL("../../../../../", import.meta.url));

/** A repository in a temporary directory, with a module whose source this is. */
export interface TestModule {
  path: string;
  standIn: StandIn;
  call(
    args: string[],
    options?: Partial<CallOptions> & { standIn?: StandIn },
  ): Promise<{ exitCode: number; stdout: string; stderr: string }>;
  write(files: Record<string, string>): Promise<void>;
  remove(): Promise<void>;
}

export async function testModule(source: string): Promise<TestModule> {
  const path = await mkdtemp(join(tmpdir(), "slipway-module-"));
  const standIn = new StandIn(new Store(join(path, "store")), process.env, true);
  const write = async (files: Record<string, string>) => {
    for (const [name, content] of Object.entries(files)) {
      await mkdir(dirname(join(path, name)), { recursive: true });
      await writeFile(join(path, name), content);
    }
  };
  await write({
    ".gitignore": "store\nnode_modules\n",
    "dagger.json": JSON.stringify({
      name: "trial",
      engineVersion: JSON.parse(readFileSync(join(root, "dagger.json"), "utf8")).engineVersion,
      sdk: { source: "typescript" },
      source: "ci",
    }),
    "ci/package.json": '{ "type": "module" }',
    "ci/tsconfig.json": '{ "compilerOptions": { "target": "ES2022", "experimentalDecorators": true } }',
    "ci/src/index.ts": source,
  });
  await symlink(join(root, "node_modules"), join(path, "ci/node_modules"));
  const git = ["-c", "user.name=t", "-c", "user.email=t@example.com"];
  execFileSync("git", ["init", "--quiet", path]);
  execFileSync("git", ["-C", path, "add", "--all"]);
  execFileSync("git", ["-C", path, ...git, "commit", "--quiet", "--message", "First"]);
  return {
    path,
    standIn,
    write,
    async call(args, { standIn: chosen = standIn, ...options } = {}) {
      const output = { stdout: "", stderr: "" };
      const exitCode = await call(chosen, {
        args,
        cwd: path,
        env: { PATH: process.env.PATH },
        onStdout: (text) => (output.stdout += text),
        onStderr: (text) => (output.stderr += text),
        signal: new AbortController().signal,
        ...options,
      });
      return { exitCode, ...output };
    },
    async remove() {
      await standIn.close();
      await rm(path, { recursive: true, force: true });
    },
  };
}
