import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { startLocalAws } from "./server.js";

const HELP = `Usage: npm run aws -- [options]

Runs an AWS on this machine: ECR with its registry, ECS, CloudWatch Logs and STS, on one port of 127.0.0.1.

  --port N         port to listen on (default 4566; 0 for any free one)
  --state DIR      where everything is kept (default ~/.cache/slipway/aws)
  --account ID     the account's 12 digits (default 123456789012)
  --reset          forget what the state directory holds
  --help           this text

The keys to sign with are in credentials.json in the state directory, the address in endpoint.json. With the AWS CLI:

  export AWS_ENDPOINT_URL=http://127.0.0.1:4566 AWS_REGION=us-west-2
  aws configure set credential_process "cat ~/.cache/slipway/aws/credentials.json"
`;

try {
  await main();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 2;
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options.help) return console.log(HELP);
  const aws = await startLocalAws(options);
  console.log(`Local AWS at ${aws.url} (account ${options.account}, state in ${options.stateDir})`);
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      aws.close().catch((error: Error) => {
        console.error(error.message);
        process.exitCode = 1;
      });
    });
  }
}

function readOptions(args: string[]) {
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
  const { values } = parseArgs({
    args,
    options: {
      port: { type: "string", default: "4566" },
      state: { type: "string", default: join(cache, "slipway", "aws") },
      account: { type: "string", default: "123456789012" },
      reset: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const port = Number(values.port);
  if (!/^\d+$/.test(values.port) || port > 65535)
    throw new Error(`--port ${values.port}: a number from 0 to 65535 is accepted.`);
  if (!/^\d{12}$/.test(values.account)) throw new Error(`--account ${values.account}: 12 digits are accepted.`);
  return { port, stateDir: resolve(values.state), account: values.account, reset: values.reset, help: values.help };
}
