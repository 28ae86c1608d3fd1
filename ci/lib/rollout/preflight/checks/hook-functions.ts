import type { DeploymentLifecycleHook, Service } from "@aws-sdk/client-ecs";
import type { FunctionConfiguration } from "@aws-sdk/client-lambda";
import { abort, sdk } from "../../../aws/sdk.js";
import { tryRead } from "../../../aws/try-read.js";
import { fixOf, type Readable } from "../../../common/readable.js";
import type { Session } from "../../session.js";
import { error, notChecked, notRead, type Finding as TopicFinding, warning } from "../finding.js";
import type { SharedReads } from "../shared-reads.js";

const ids = ["hook-functions"] as const;
type Finding = TopicFinding<(typeof ids)[number]>;

/** A Lambda function that lifecycle hooks call. */
interface HookFunction {
  arn: string;
  /** Shortest time that its hooks give it, in minutes, where one states any. */
  limit?: number;
}

interface HookFunctionFacts extends HookFunction {
  /** Its value is undefined when there is no such function. */
  settings: Readable<Pick<FunctionConfiguration, "State" | "StateReason" | "Timeout"> | undefined>;
  /** Its value is undefined where nothing is reserved. */
  reserved: Readable<number | undefined>;
}

export interface HookFunctionsFacts {
  hookFunctions: readonly HookFunctionFacts[];
}

/** Checks the functions of lifecycle hooks: ECS rolls back at once when it can't invoke one. */
export function hookFunctions({ hookFunctions }: HookFunctionsFacts): Finding[] {
  return [
    ...hookFunctions.flatMap(judgeFunction),
    ...notChecked(
      hookFunctions.flatMap(({ arn, settings, reserved }) => [
        { what: arn, known: settings },
        { what: `the reserved concurrency of ${arn}`, known: reserved },
      ]),
      (reason, names) =>
        notRead(
          "hook-functions",
          `Whether ECS can invoke the functions of lifecycle hooks could not be read for ${names.join(" and ")}: ${reason}.`,
          fixOf(reason, "Allow lambda:GetFunctionConfiguration and lambda:GetFunctionConcurrency on the function."),
        ),
    ),
  ];
}

function judgeFunction({ arn, limit, settings, reserved }: HookFunctionFacts): Finding[] {
  if ("value" in settings && settings.value === undefined) {
    return error(
      "hook-functions",
      `A lifecycle hook calls the function ${arn}, and there is no such function: the deployment would be rolled back.`,
      "Create it again, or correct hookTargetArn of the hook in the service's deployment configuration.",
    );
  }
  const throttled = "value" in reserved && reserved.value === 0 ? isThrottled(arn) : [];
  const { State = "Active", StateReason, Timeout } = ("value" in settings && settings.value) || {};
  return [...throttled, ...isNotActive(arn, State, StateReason), ...isSlow(arn, Timeout, limit)];
}

function isThrottled(arn: string): Finding[] {
  return error(
    "hook-functions",
    `The function ${arn} of a lifecycle hook has a reserved concurrency of 0: Lambda throttles each call, and the deployment would be rolled back.`,
    `Raise it, or remove it: aws lambda delete-function-concurrency --function-name ${arn}.`,
  );
}

/** States: https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html. An Inactive function becomes active when it is called. */
function isNotActive(arn: string, state: string, reason: string | undefined): Finding[] {
  if (state === "Active") return [];
  const what = `The function ${arn} of a lifecycle hook is ${state}${reason === undefined ? "" : ` (${reason.replace(/\.$/, "")})`}`;
  const fix = `Wait until it is Active: aws lambda wait function-active-v2 --function-name ${arn}.`;
  return state === "Failed"
    ? error("hook-functions", `${what}: the deployment would be rolled back.`, "Correct the function, or the hook.")
    : warning("hook-functions", `${what}: the first call may fail, and the deployment be rolled back.`, fix);
}

function isSlow(arn: string, seconds: number | undefined, minutes: number | undefined): Finding[] {
  if (seconds === undefined || minutes === undefined || seconds <= minutes * 60) return [];
  return warning(
    "hook-functions",
    `The function ${arn} may run for ${seconds} s, and its lifecycle hook ends after ${minutes} min.`,
    "Set the hook's timeoutInMinutes to more than the function's time-out, or shorten that.",
  );
}

/** Returns the functions that a service's hooks call, each once. */
export function hookFunctionsOf({ deploymentConfiguration = {} }: Service): HookFunction[] {
  const hooks = deploymentConfiguration.lifecycleHooks ?? [];
  const ofArn = (arn: string) => hooks.filter((hook) => targetOf(hook) === arn);
  const arns = new Set(hooks.flatMap((hook) => targetOf(hook) ?? []));
  return [...arns].map((arn) => {
    const limits = ofArn(arn).flatMap(({ timeoutConfiguration }) => timeoutConfiguration?.timeoutInMinutes ?? []);
    return { arn, ...(limits.length > 0 && { limit: Math.min(...limits) }) };
  });
}

function targetOf({ targetType = "AWS_LAMBDA", hookTargetArn }: DeploymentLifecycleHook): string | undefined {
  return targetType === "AWS_LAMBDA" ? hookTargetArn : undefined;
}

/** Returns the ARN without the qualifier: reserved concurrency is the whole function's. */
export function unqualified(functionArn: string): string {
  return functionArn.split(":").slice(0, 7).join(":");
}

async function readFunction(session: Session, one: HookFunction): Promise<HookFunctionFacts> {
  const region = one.arn.split(":")[3];
  if (region !== session.target.region) {
    const elsewhere = { unknown: `it is in ${region}, not in ${session.target.region}` };
    return { ...one, settings: elsewhere, reserved: elsewhere };
  }
  const [settings, reserved] = await Promise.all([
    tryRead(readSettings(session, one.arn), session.signal),
    tryRead(readReserved(session, unqualified(one.arn)), session.signal),
  ]);
  return { ...one, settings, reserved };
}

async function readSettings(session: Session, FunctionName: string): Promise<FunctionConfiguration | undefined> {
  const lambda = await session.aws.lazy.lambda();
  return await unlessMissing(
    lambda.send(new sdk.lambda.GetFunctionConfigurationCommand({ FunctionName }), abort(session)),
  );
}

async function readReserved(session: Session, FunctionName: string): Promise<number | undefined> {
  const lambda = await session.aws.lazy.lambda();
  const command = new sdk.lambda.GetFunctionConcurrencyCommand({ FunctionName });
  return (await unlessMissing(lambda.send(command, abort(session))))?.ReservedConcurrentExecutions;
}

async function unlessMissing<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof sdk.lambda.ResourceNotFoundException) return undefined;
    throw error;
  }
}

export const hookFunctionsTopic = {
  ids,
  read: async ({ session, service }: SharedReads): Promise<HookFunctionsFacts> => ({
    hookFunctions: await Promise.all(hookFunctionsOf(service).map((one) => readFunction(session, one))),
  }),
  judge: hookFunctions,
};
