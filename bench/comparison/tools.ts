import { run } from "../common/run-program.js";
import { install } from "./install-tools.js";
import type { Tool } from "./tool.js";
import { awsAction, findAction } from "./tools/aws-action.js";
import { awsCli } from "./tools/aws-cli.js";
import { boto3Waiter } from "./tools/boto3.js";
import { ecsDeploy } from "./tools/ecs-deploy.js";
import { sdkWaiter } from "./tools/sdk-waiter.js";
import { slipway } from "./tools/slipway.js";

export interface ToolSet {
  tools: Tool[];
  /** Versions that the tools report. */
  versions: string[];
}

/**
 * Returns all compared tools, with their defaults and, where they have settings that matter here, with the best ones.
 * @param actionDirectory Checkout of AWS's action for GitHub; without it the action is left out.
 */
export async function createTools(say: (line: string) => void, actionDirectory?: string): Promise<ToolSet> {
  const action = actionDirectory === undefined ? undefined : await findAction(actionDirectory);
  const installed = await install(say);
  const often = { Delay: 2, MaxAttempts: 300 };
  const tools = [
    slipway,
    awsCli(installed),
    boto3Waiter(installed, "defaults"),
    boto3Waiter(installed, "Delay 2, MaxAttempts 300", often),
    sdkWaiter("maxWaitTime 600", { maxWaitTime: 600 }),
    sdkWaiter("maxWaitTime 600, minDelay 1, maxDelay 2", { maxWaitTime: 600, minDelay: 1, maxDelay: 2 }),
    ecsDeploy(installed, "defaults"),
    ecsDeploy(installed, "--rollback --timeout 600", ["--rollback", "--timeout", "600", "--no-deregister"]),
    // As long as the waiters above.
    ...(action
      ? [
          awsAction(action, { "wait-for-minutes": "10" }),
          awsAction(action, { "wait-for-minutes": "10", "wait-max-delay-seconds": "15" }),
        ]
      : []),
  ];
  const ask = async (program: "aws" | "ecs" | "python3", ...args: string[]) =>
    (await run(installed.bin(program), args, { env: { PATH: process.env.PATH ?? "" }, limit: 60_000 })).output.trim();
  const versions = await Promise.all([
    ask("aws", "--version"),
    ask("python3", "-c", "import boto3; print('boto3/' + boto3.__version__)"),
    ask("ecs", "--version"),
    sdkVersion(),
  ]);
  return { tools, versions: [...versions, ...(action ? [`amazon-ecs-deploy-task-definition ${action.version}`] : [])] };
}

async function sdkVersion(): Promise<string> {
  const { default: manifest } = await import("@aws-sdk/client-ecs/package.json", { with: { type: "json" } });
  return `@aws-sdk/client-ecs ${manifest.version}`;
}
