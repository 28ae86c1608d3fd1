import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../common/run-program.js";
import { nextRevision } from "../next-revision.js";
import { environment, type Job, lastLine, type Tool } from "../tool.js";

/** Program of ecspresso 2. No package index that is used here has it, so the user supplies it. */
export interface Ecspresso {
  file: string;
  /** Such as `ecspresso v2.6.0`. */
  version: string;
}

/** @throws Error when the file is anything else. */
export async function findEcspresso(file: string): Promise<Ecspresso> {
  const env = { PATH: process.env.PATH ?? "" };
  const { output } = await run(file, ["version"], { env, limit: 60_000 }).catch(() => ({ output: "" }));
  const version = output.trim();
  if (/^ecspresso (v2\.|current)/.test(version)) return { file, version };
  throw new Error(
    `--ecspresso ${file}: the program of ecspresso 2 is accepted (https://github.com/kayac/ecspresso), and this is none.`,
  );
}

/** Deploys from the files that `ecspresso init` writes, with the release's image and version in the task definition. */
export function ecspresso({ file }: Ecspresso, settings: string, options: string[] = []): Tool {
  return {
    name: "ecspresso",
    settings,
    async deploy(job) {
      const workspace = await mkdtemp(join(tmpdir(), "slipway-bench-"));
      try {
        const problem = await initialize(file, job, workspace);
        if (problem !== undefined) return { success: false, message: problem };
        const args = ["deploy", "--config", join(workspace, "ecspresso.yml"), "--no-color", ...options];
        const { exitCode, output } = await run(file, args, { env: environment(job), limit: job.limit });
        return { success: exitCode === 0, message: verdictIn(output) };
      } finally {
        await rm(workspace, { recursive: true, force: true });
      }
    },
  };
}

/**
 * Runs `ecspresso init`, as its users do once, and changes the task definition to the release.
 * @returns Its error, if any, such as a denied permission.
 */
async function initialize(file: string, job: Job, workspace: string): Promise<string | undefined> {
  const { cluster, service, region, container } = job.target;
  const definition = join(workspace, "ecs-task-def.json");
  const files = ["--config", join(workspace, "ecspresso.yml"), "--task-definition-path", definition];
  const place = ["--service-definition-path", join(workspace, "ecs-service-def.json")];
  const args = ["init", "--region", region, "--cluster", cluster, "--service", service, ...files, ...place];
  const env = environment({ ...job, url: job.setupUrl });
  const { exitCode, output } = await run(file, args, { env, limit: job.limit });
  if (exitCode !== 0) return `init: ${verdictIn(output)}`;
  const described = JSON.parse(await readFile(definition, "utf8")) as object;
  await writeFile(definition, JSON.stringify(nextRevision(described, container, job.release)));
  return undefined;
}

/** Returns the last line with its level, without the time and the service. */
function verdictIn(output: string): string {
  const lines = output.split("\n").filter((line) => /\[(INFO|WARN|ERROR)\]/.test(line));
  return (lines.at(-1) ?? lastLine(output)).replace(/^\S+ (\[[A-Z]+\])(?: \[\S+\])?/, "$1");
}
