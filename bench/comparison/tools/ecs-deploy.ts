import { run } from "../../common/run-program.js";
import type { Installed } from "../install-tools.js";
import { environment, lastLine, type Tool } from "../tool.js";

/** fabfuel/ecs-deploy. By default it waits 300 s, does not roll back, and deregisters the previous revision. */
export function ecsDeploy({ bin }: Installed, settings: string, options: string[] = []): Tool {
  return {
    name: "fabfuel ecs-deploy",
    settings,
    async deploy(job) {
      const { cluster, service, container, region } = job.target;
      const { image, version } = job.release;
      const change = ["--image", container, image, "--env", container, "VERSION", version, "--region", region];
      const args = ["deploy", cluster, service, ...change, ...options];
      const { exitCode, output } = await run(bin("ecs"), args, { env: environment(job), limit: job.limit });
      return { success: exitCode === 0, message: verdictIn(exitCode, output) };
    },
  };
}

/** Returns the line with the verdict: the last line names only the deregistered revision. */
function verdictIn(exitCode: number, output: string): string {
  const verdict = output.split("\n").find((line) => /Deployment (successful|failed)|Rollback/i.test(line));
  return verdict === undefined ? `exit code ${exitCode}: ${lastLine(output)}` : verdict.trim();
}
