import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../common/run-program.js";
import { environment, type Job, lastLine, type Tool } from "../tool.js";
import { client, nextDefinition } from "./sdk-waiter.js";

/** Checkout of aws-actions/amazon-ecs-deploy-task-definition. No package registry has it, so the user supplies it. */
export interface Action {
  directory: string;
  version: string;
}

/** @throws Error when the directory holds anything else. */
export async function findAction(directory: string): Promise<Action> {
  const text = await readFile(join(directory, "package.json"), "utf8").catch(() => "{}");
  const { name, version } = JSON.parse(text) as { name?: string; version?: string };
  if (name === "aws-actions-amazon-ecs-deploy-task-definition" && version) return { directory, version };
  throw new Error(
    `--action ${directory}: a checkout of https://github.com/aws-actions/amazon-ecs-deploy-task-definition is accepted, and this is none.`,
  );
}

/** Runs the action as GitHub's runner does: its inputs are environment variables. It polls every 15 s at the earliest. */
export function awsAction({ directory }: Action, inputs: Record<string, string>): Tool {
  const settings = Object.entries(inputs).map(([name, value]) => `${name} ${value}`);
  return {
    name: "aws-actions",
    settings: settings.join(", "),
    async deploy(job) {
      const workspace = await mkdtemp(join(tmpdir(), "slipway-bench-"));
      try {
        const file = join(workspace, "task-definition.json");
        const output = join(workspace, "output");
        await Promise.all([writeFile(file, JSON.stringify(await definition(job))), writeFile(output, "")]);
        const { cluster, service } = job.target;
        const all = { ...inputs, "task-definition": file, cluster, service, "wait-for-service-stability": "true" };
        const env = { ...environment(job), ...asVariables(all), GITHUB_WORKSPACE: workspace, GITHUB_OUTPUT: output };
        const ended = await run(process.execPath, [join(directory, "dist/index.js")], { env, limit: job.limit });
        return { success: ended.exitCode === 0, message: verdictIn(ended.output) };
      } finally {
        await rm(workspace, { recursive: true, force: true });
      }
    },
  };
}

async function definition(job: Job): Promise<object> {
  const ecs = client(job);
  try {
    return await nextDefinition(ecs, job);
  } finally {
    ecs.destroy();
  }
}

/** https://docs.github.com/actions/reference/workflows-and-actions/metadata-syntax#inputs */
function asVariables(inputs: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]));
}

/** Returns the action's verdict, if any: an error in the workflow's log. */
function verdictIn(output: string): string {
  const error = output.split("\n").find((line) => line.startsWith("::error::"));
  return error?.slice("::error::".length) ?? lastLine(output);
}
