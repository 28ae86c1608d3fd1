/** Checks every workflow and action of the repository, its examples and its pages with actionlint and zizmor. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { checkProject } from "./check.js";
import { collectProjects } from "./projects.js";
import { installTools } from "./tools.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "slipway-workflows-"));
try {
  const tools = await installTools();
  const projects = collectProjects(root, scratch);
  const findings = projects.flatMap((project) => checkProject(tools, project));
  for (const finding of findings) console.error(finding);
  console.log(
    `  ${projects.map(({ name }) => name).join(", ")}: ${findings.length === 0 ? "no findings" : "see above"}`,
  );
  process.exitCode = findings.length === 0 ? 0 : 1;
} finally {
  rmSync(scratch, { recursive: true });
}
