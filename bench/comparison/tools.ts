import { run } from "../common/run-program.js";
import { install } from "./install-tools.js";
import type { Tool } from "./tool.js";
import { awsAction, findAction } from "./tools/aws-action.js";
import { awsCli } from "./tools/aws-cli.js";
import { boto3Waiter } from "./tools/boto3.js";
import { ecsDeploy } from "./tools/ecs-deploy.js";
import { ecspresso, findEcspresso } from "./tools/ecspresso.js";
import { sdkWaiter } from "./tools/sdk-waiter.js";
import { slipway } from "./tools/slipway.js";

export interface ToolSet {
  tools: Tool[];
  /** Versions that the tools report. */
  versions: string[];
}

/** Paths of the tools that the user supplies. */
export interface OwnPaths {
  /** Checkout of AWS's action for GitHub. */
  action?: string | undefined;
  /** Program of ecspresso 2. */
  ecspresso?: string | undefined;
}

/**
 * Returns all compared tools, with their defaults and, where they have settings that matter here, with the best ones.
 * A tool that no package index has is left out without its path.
 */
export async function createTools(say: (line: string) => void, own: OwnPaths = {}): Promise<ToolSet> {
  const action = own.action === undefined ? undefined : await findAction(own.action);
  const binary = own.ecspresso === undefined ? undefined : await findEcspresso(own.ecspresso);
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
    ...(binary
      ? [ecspresso(binary, "defaults"), ecspresso(binary, "--wait-until stable", ["--wait-until", "stable"])]
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
  const supplied = [action && `amazon-ecs-deploy-task-definition ${action.version}`, binary?.version];
  return { tools, versions: [...versions, ...supplied.filter((each) => each !== undefined)] };
}

async function sdkVersion(): Promise<string> {
  const { default: manifest } = await import("@aws-sdk/client-ecs/package.json", { with: { type: "json" } });
  return `@aws-sdk/client-ecs ${manifest.version}`;
}
