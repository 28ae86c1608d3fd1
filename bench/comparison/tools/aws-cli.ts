import { run } from "../../common/run-program.js";
import type { Installed } from "../install-tools.js";
import { nextRevision } from "../next-revision.js";
import { environment, lastLine, type Tool } from "../tool.js";

/** The AWS CLI as scripts use it. Its waiter has no settings: it polls every 15 s, 40 times. */
export function awsCli({ bin }: Installed): Tool {
  return {
    name: "aws ecs wait",
    settings: "defaults (it has no others)",
    async deploy(job) {
      const { cluster, service, family, container } = job.target;
      const end = performance.now() + job.limit;
      let output = "";
      const aws = async (...args: string[]) => {
        const limit = Math.max(1, end - performance.now());
        const ended = await run(bin("aws"), ["ecs", ...args, "--output", "json"], { env: environment(job), limit });
        output += ended.output;
        if (ended.exitCode !== 0) throw new Error(`exit code ${ended.exitCode}`);
        return ended.stdout === "" ? {} : JSON.parse(ended.stdout);
      };
      try {
        const { taskDefinition } = await aws("describe-task-definition", "--task-definition", family);
        const next = JSON.stringify(nextRevision(taskDefinition, container, job.release));
        const registered = await aws("register-task-definition", "--cli-input-json", next);
        const arn = registered.taskDefinition.taskDefinitionArn;
        await aws("update-service", "--cluster", cluster, "--service", service, "--task-definition", arn);
        output = "";
        await aws("wait", "services-stable", "--cluster", cluster, "--services", service);
        return { success: true, message: "exit code 0" };
      } catch (error) {
        return { success: false, message: `${(error as Error).message}: ${lastLine(output)}` };
      }
    },
  };
}
