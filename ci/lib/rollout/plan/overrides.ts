import { InputError } from "../../common/errors.js";
import { parseStrategy, type StrategyArguments, type StrategyOverride } from "./strategy-arguments.js";

/** Changes that the user requests beside the image and the version. Everything else stays as it is. */
export interface Overrides {
  /** Variables of the target's container, by name. */
  environment: Readonly<Record<string, string>>;
  /** Secrets of the target's container: the ARN of each, by the variable's name. */
  secrets: Readonly<Record<string, string>>;
  /** Of the task, in CPU units: 1024 are one vCPU. */
  cpu?: number;
  /** Of the task, in MiB. */
  memory?: number;
  /** Number of tasks that the service is to run. */
  desiredCount?: number;
  /** Deployment strategy that the service is to have. */
  strategy?: StrategyOverride;
}

export const noOverrides: Overrides = { environment: {}, secrets: {} };

/** Overrides as the user passes them. */
export interface OverrideArguments extends StrategyArguments {
  /** `NAME=VALUE` each. */
  env?: string[] | undefined;
  /** `NAME=ARN` each. */
  secret?: string[] | undefined;
  cpu?: number | undefined;
  memory?: number | undefined;
  desiredCount?: number | undefined;
}

/** Tasks that one service may have; ECS refuses more. https://docs.aws.amazon.com/general/latest/gr/ecs-service.html */
const mostTasks = 5000;

const secretArn =
  /^arn:aws[a-z-]*:(?:secretsmanager:[a-z0-9-]+:\d{12}:secret:\S+|ssm:[a-z0-9-]+:\d{12}:parameter\/\S+)$/;

/**
 * Checks the overrides before anything is built or called. No error shows the value of a variable.
 * @throws InputError
 */
export function parseOverrides(options: OverrideArguments): Overrides {
  const environment = pairs("--env", "NAME=VALUE", options.env);
  const secrets = pairs("--secret", "NAME=ARN", options.secret);
  for (const [name, arn] of secrets) checkArn(name, arn);
  const strategy = parseStrategy(options);
  refuseTwice([...environment, ...secrets].map(([name]) => name));
  const sizes = {
    cpu: whole("--cpu", options.cpu, 1),
    memory: whole("--memory", options.memory, 1),
    desiredCount: whole("--desired-count", options.desiredCount, 0, mostTasks),
  };
  return {
    environment: sorted(environment),
    secrets: sorted(secrets),
    ...Object.fromEntries(Object.entries(sizes).filter(([, size]) => size !== undefined)),
    ...(strategy && { strategy }),
  };
}

function pairs(option: string, form: string, texts: readonly string[] = []): [string, string][] {
  return texts.map((text, index) => {
    const [, name, value] = /^([^\s=]+)=(.*)$/s.exec(text) ?? [];
    if (name !== undefined && value !== undefined) return [name, value];
    throw new InputError(
      "bad-override",
      `Number ${index + 1} of the ${option} options is not ${form}; it is not shown, because it may be a part of a value. A value with commas needs double quotes that reach the CLI: ${option} '"NAME=a,b"'.`,
    );
  });
}

/** Sorts the entries, so that their order on the command line does not change the idempotency key. */
function sorted(entries: [string, string][]): Record<string, string> {
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function checkArn(name: string, arn: string): void {
  if (secretArn.test(arn)) return;
  throw new InputError(
    "bad-override",
    `--secret ${name}=… does not name a secret. Accepted: the ARN of a secret of Secrets Manager (arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME) or of a parameter (arn:aws:ssm:REGION:ACCOUNT:parameter/NAME). A value itself is never accepted here.`,
  );
}

function refuseTwice(names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new InputError("bad-override", `${twice} is given more than once with --env and --secret. Give it once.`);
  }
}

function whole(
  option: string,
  value: number | undefined,
  least: number,
  most = Number.POSITIVE_INFINITY,
): number | undefined {
  if (value === undefined || (Number.isSafeInteger(value) && value >= least && value <= most)) return value;
  const range = Number.isFinite(most) ? `from ${least} to ${most}` : `from ${least} on`;
  throw new InputError("bad-override", `${option} is ${value}. Accepted: a whole number ${range}.`);
}
