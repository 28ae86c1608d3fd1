import { functionNameOf, type HookFunctions, notFound } from "../ecs/hook-functions.js";
import { partitionOf } from "../partition.js";
import { required } from "../protocol/input.js";
import { AwsError, type Caller, type JsonObject, type Service } from "../protocol/service.js";

/** Longest run of a Lambda function, in seconds: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const longestRun = 900;

/** Reads of AWS Lambda, for tools that check the functions of lifecycle hooks. Functions are never throttled here. */
export function createLambda({ functions }: { functions: HookFunctions }): Service {
  const find = (input: JsonObject, caller: Caller) => {
    const arn = arnOf(required(input, "FunctionName"), caller);
    if (functions.exists(arn)) return arn;
    throw new AwsError("ResourceNotFoundException", notFound(arn), 404, { Type: "User" });
  };
  return {
    signingName: "lambda",
    targetPrefix: "lambda",
    operations: {
      GetFunctionConfiguration(input, caller) {
        const arn = find(input, caller);
        return {
          ...{ FunctionArn: arn, FunctionName: functionNameOf(arn), Timeout: longestRun, Version: "$LATEST" },
          ...{ State: "Active", LastUpdateStatus: "Successful", PackageType: "Image" },
        };
      },
      GetFunctionConcurrency(input, caller) {
        find(input, caller);
        return {};
      },
    },
  };
}

/** A function is named by its ARN or by its name alone. */
function arnOf(name: string, { region, accountId }: Caller): string {
  return name.startsWith("arn:") ? name : `arn:${partitionOf(region)}:lambda:${region}:${accountId}:function:${name}`;
}
