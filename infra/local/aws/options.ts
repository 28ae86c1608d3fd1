import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { usualQuotas } from "./ecs/model/fargate-quotas.js";

export const help = `Usage: npm run aws -- [options]

Runs AWS services on this machine: ECR with its registry, ECS with real containers behind a load balancer,
CloudWatch Logs, STS and others, on one port of 127.0.0.1.

  --port N         port to listen on (default 4566; 0 for any free one)
  --state DIR      directory of all state (default ~/.cache/slipway/aws)
  --profile NAME   delays of ECS and the load balancer: rehearsal (short, the default) or aws
  --minute SECONDS length of a minute of bake times, steps and hooks (default 60)
  --rollback-id ID id of the deployment that a rollback returns to: old (the default) or new
  --circuit-breaker S strategies on which it acts: all (the default) or rolling
  --account ID     the account's 12 digits (default 123456789012)
  --lambda NAME=X  Lambda function of lifecycle hooks, repeatable: X is a command, which reads the event
                   from its input and writes the response, or a URL that answers it
  --vcpus N        quota of Fargate's On-Demand vCPUs (default 4000)
  --limits         enforce ECS's request rate limits with ThrottlingException, as on AWS
  --health-path P  path of the load balancer's health checks (default /healthz)
  --health-codes C status codes that pass, such as 200 or 200-499 (default 200)
  --deny ACTIONS   actions denied to the caller, such as ecs:StopServiceDeployment,ecr:*
  --keep-tasks     leave the tasks' containers running on exit; the next start adopts them
  --reset          delete the stored state first
  --help           print this text

In the state directory, credentials.json holds the access key and endpoint.json the URL.`;

export type Profile = "rehearsal" | "aws";

export interface MainOptions {
  port: number;
  stateDir: string;
  profile: Profile;
  /** Milliseconds of a minute of bake times, steps and hooks. */
  minute: number;
  rollbackId: "old" | "new";
  breakerOnShifts: boolean;
  account: string;
  healthPath: string;
  healthCodes: string;
  /** Command or URL by the name of a Lambda function. */
  lambda: Map<string, string>;
  /** Quota of Fargate's On-Demand vCPUs. */
  fargateVcpus: number;
  limits: boolean;
  deny: string[];
  keepTasks: boolean;
  reset: boolean;
  help: boolean;
}

/** Reads the command line. @throws Error with the value received and the accepted values. */
export function readOptions(args: string[], env: Record<string, string | undefined>): MainOptions {
  const cache = env.XDG_CACHE_HOME || join(homedir(), ".cache");
  const { values } = parseArgs({
    args,
    options: {
      port: { type: "string", default: "4566" },
      state: { type: "string", default: join(cache, "slipway", "aws") },
      profile: { type: "string", default: "rehearsal" },
      minute: { type: "string", default: "60" },
      "rollback-id": { type: "string", default: "old" },
      "circuit-breaker": { type: "string", default: "all" },
      account: { type: "string", default: "123456789012" },
      "health-path": { type: "string", default: "/healthz" },
      "health-codes": { type: "string", default: "200" },
      lambda: { type: "string", multiple: true, default: [] },
      vcpus: { type: "string", default: String(usualQuotas["Standard/OnDemand"]) },
      limits: { type: "boolean", default: false },
      deny: { type: "string", default: "" },
      "keep-tasks": { type: "boolean", default: false },
      reset: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (!/^\d{1,5}$/.test(values.port) || Number(values.port) > 65535) {
    throw new Error(`--port ${values.port}: a number from 0 to 65535 is accepted.`);
  }
  if (!/^\d{12}$/.test(values.account)) throw new Error(`--account ${values.account}: 12 digits are accepted.`);
  const { "health-path": healthPath, "health-codes": healthCodes } = values;
  if (!/^\/[!-~]{0,1023}$/.test(healthPath))
    throw new Error(`--health-path ${healthPath}: a path such as /healthz is accepted.`);
  if (!/^[2-5]\d\d([-,][2-5]\d\d)*$/.test(healthCodes))
    throw new Error(`--health-codes ${healthCodes}: status codes such as 200, 200,302 or 200-499 are accepted.`);
  if (!/^\d{1,2}(\.\d{1,3})?$/.test(values.minute) || !(Number(values.minute) > 0 && Number(values.minute) <= 60))
    throw new Error(`--minute ${values.minute}: seconds above 0, up to 60, are accepted.`);
  if (!/^\d{1,6}(\.\d{1,2})?$/.test(values.vcpus))
    throw new Error(`--vcpus ${values.vcpus}: a number of vCPUs such as 6 is accepted.`);
  return {
    port: Number(values.port),
    stateDir: resolve(values.state),
    profile: oneOf("--profile", values.profile, ["rehearsal", "aws"]),
    minute: Number(values.minute) * 1_000,
    breakerOnShifts: oneOf("--circuit-breaker", values["circuit-breaker"], ["all", "rolling"]) === "all",
    rollbackId: oneOf("--rollback-id", values["rollback-id"], ["old", "new"]),
    account: values.account,
    healthPath,
    healthCodes,
    lambda: functions(values.lambda),
    fargateVcpus: Number(values.vcpus),
    limits: values.limits,
    deny: actions(values.deny),
    keepTasks: values["keep-tasks"],
    reset: values.reset,
    help: values.help,
  };
}

function functions(named: string[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const each of named) {
    const [, name, target] = /^([\w-]{1,64})=(.*\S.*)$/.exec(each) ?? [];
    if (name === undefined || target === undefined) {
      throw new Error(`--lambda ${each}: NAME=COMMAND or NAME=URL is accepted, such as gate=./gate.sh.`);
    }
    if (found.has(name)) throw new Error(`--lambda ${each}: ${name} is named twice. One command or URL is accepted.`);
    found.set(name, target);
  }
  return found;
}

function actions(list: string): string[] {
  const named = list.split(",").filter((each) => each !== "");
  const wrong = named.find((each) => !/^[a-z-]+:([A-Za-z]*\*|[A-Za-z]+)$/.test(each));
  if (wrong === undefined) return named;
  throw new Error(`--deny ${wrong}: actions such as ecs:UpdateService or ecr:*, separated by commas, are accepted.`);
}

function oneOf<T extends string>(name: string, value: string, accepted: readonly T[]): T {
  const found = accepted.find((each) => each === value);
  if (found === undefined) throw new Error(`${name} ${value}: ${accepted.join(" or ")} is accepted.`);
  return found;
}
