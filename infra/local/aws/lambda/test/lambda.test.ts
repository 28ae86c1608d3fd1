import assert from "node:assert/strict";
import { test } from "node:test";
import { GetFunctionConcurrencyCommand, GetFunctionConfigurationCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { systemClock } from "../../clock.js";
import { localAws } from "../../test/local-aws.js";
import { createLocalFunctions } from "../local-functions.js";

const arn = "arn:aws:lambda:us-west-2:123456789012:function:gate";

test("the SDK reads functions by ARN and by name, and one that does not exist is not found", async (t) => {
  const functions = createLocalFunctions(new Map([["gate", "cat"]]), { clock: systemClock, log: () => {} });
  const { aws } = await localAws(t, { functions, deny: ["lambda:GetFunctionConcurrency"] });
  const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey } = aws.credentials;
  const credentials = { accessKeyId, secretAccessKey };
  const lambda = new LambdaClient({ region: "us-west-2", endpoint: aws.url, credentials, maxAttempts: 1 });
  t.after(() => lambda.destroy());
  for (const FunctionName of [arn, "gate"]) {
    const { State, Timeout, FunctionArn } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    assert.deepEqual([State, Timeout, FunctionArn], ["Active", 900, arn]);
  }
  await assert.rejects(lambda.send(new GetFunctionConfigurationCommand({ FunctionName: "other" })), {
    name: "ResourceNotFoundException",
    message: "Function not found: arn:aws:lambda:us-west-2:123456789012:function:other",
  });
  await assert.rejects(lambda.send(new GetFunctionConcurrencyCommand({ FunctionName: arn })), {
    name: "AccessDeniedException",
    message: /lambda:GetFunctionConcurrency on resource: arn:aws:lambda:us-west-2:123456789012:function:gate/,
  });
});
