import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { type WorkflowOptions, workflow } from "../../ci/lib/init/workflow.js";
import { checkProject } from "../local/workflow-checks/check.js";
import { collectProjects } from "../local/workflow-checks/projects.js";
import { installTools } from "../local/workflow-checks/tools.js";

const options: WorkflowOptions = {
  name: "production",
  region: "us-west-2",
  account: "123456789012",
  invocation: { command: "dagger call", prefix: "SLIPWAY_", isInstalled: false },
  engine: "v0.21.8",
};

test("the workflow that init writes passes actionlint and zizmor, for every target's name", async () => {
  const tools = await installTools();
  const scratch = mkdtempSync(join(tmpdir(), "slipway-init-"));
  try {
    const workflows = join(scratch, "repository", ".github", "workflows");
    mkdirSync(workflows, { recursive: true });
    const cases: Partial<WorkflowOptions>[] = [
      {},
      { name: "on" },
      { name: "eu.west_1-staging" },
      { name: "1e3", invocation: { command: "dagger call slipway", prefix: "SLIPWAY_", isInstalled: true } },
    ];
    for (const [index, more] of cases.entries()) {
      writeFileSync(join(workflows, `case-${index}.yaml`), workflow({ ...options, ...more }));
    }
    const projects = collectProjects(join(scratch, "repository"), join(scratch, "projects"));
    assert.deepEqual(
      projects.flatMap((project) => checkProject(tools, project)),
      [],
    );
  } finally {
    rmSync(scratch, { recursive: true });
  }
});
