import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Project } from "./projects.js";
import type { Tools } from "./tools.js";

/** Returns what actionlint and zizmor report on a project; nothing when both accept it. */
export function checkProject(tools: Tools, project: Project): string[] {
  return [...actionlint(tools, project), ...zizmor(tools, project)].map((text) => `${project.name}\n${text}`);
}

/**
 * actionlint 1.7.12 does not know `$/`, the repository itself, and knows `./` for the same files: it reads a copy with that, and so
 * checks the inputs too. https://github.com/rhysd/actionlint/issues/711
 */
function actionlint({ actionlint: program }: Tools, { folder }: Project): string[] {
  const copy = mkdtempSync(join(tmpdir(), "slipway-actionlint-"));
  try {
    cpSync(folder, copy, { recursive: true });
    for (const entry of readdirSync(join(copy, ".github"), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !/\.ya?ml$/.test(entry.name)) continue;
      const path = join(entry.parentPath, entry.name);
      writeFileSync(path, readFileSync(path, "utf8").replace(/(?<=^\s*(?:- )?uses: )\$\//gm, "./"));
    }
    // What else is on the PATH must not decide.
    return run(program, ["-no-color", "-shellcheck=", "-pyflakes="], copy);
  } finally {
    rmSync(copy, { recursive: true });
  }
}

/** Without the network, and without a configuration that could leave something out. */
function zizmor({ zizmor: program }: Tools, { folder }: Project): string[] {
  return run(program, ["--offline", "--no-config", "--no-progress", "--color=never", "--quiet", "."], folder);
}

function run(program: string, args: string[], cwd: string): string[] {
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd, encoding: "utf8" });
  if (error) throw error;
  return status === 0 ? [] : [`${stdout}${stderr}`.trim()];
}
