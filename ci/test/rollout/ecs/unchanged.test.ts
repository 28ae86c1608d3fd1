import assert from "node:assert/strict";
import { createServer } from "node:net";
import { test } from "node:test";
import { createAws } from "../../../src/aws/clients.js";
import { readService } from "../../../src/rollout/ecs/read.js";
import { Fault } from "../../support/fake-aws.js";
import { scene } from "../../support/rollout-scene.js";
import { target } from "../../support/scripted-ecs.js";
import { success } from "../../support/stories.js";

const credentials = { accessKeyId: "AKIATEST", secretAccessKey: "secret" };
type Told = Error & { code: string; exitCode: number };

const refusals: [fault: Fault, code: string, message: RegExp][] = [
  [
    new Fault("ServiceUnavailableException", "Try later", 503),
    "unavailable",
    /answers ecs:DescribeServices with an error of its own.*HTTP 503 ServiceUnavailableException: Try later\. This call has not changed the service\. Run the same/,
  ],
  [
    new Fault("ThrottlingException", "Rate exceeded"),
    "throttled",
    /fewer calls, at ecs:DescribeServices.*Rate exceeded\. This call has not changed the service\. Wait a minute/,
  ],
  [
    new Fault("UnrecognizedClientException", "The security token included in the request is invalid."),
    "refused-credentials",
    /does not accept the credentials, at ecs:DescribeServices.*UnrecognizedClientException.*has not changed/,
  ],
  [
    new Fault("InvalidParameterException", "No."),
    "refused",
    /refuses ecs:DescribeServices: HTTP 400 InvalidParameterException: No\. This call has not changed the service/,
  ],
  [new Fault("ExpiredTokenException", "expired"), "credentials-expired", /have expired.*ecs:DescribeServices/],
  [
    new Fault("AccessDeniedException", "User: x is not authorized to perform: ecs:DescribeServices on resource: y"),
    "access-denied",
    /may not perform ecs:DescribeServices/,
  ],
];
for (const [fault, code, message] of refusals) {
  test(`a first read that is answered with ${fault.code} to the end says so, and exits with 2`, async (t) => {
    const { fake, roll } = await scene(t, success);
    fake.script.DescribeServices = () => fault;
    await assert.rejects(roll(), (error: Told) => {
      assert.equal(error.code, code);
      assert.equal(error.exitCode, 2);
      assert.match(error.message, message);
      return true;
    });
    assert.equal(fake.sent("RegisterTaskDefinition").length, 0);
  });
}

for (const operation of ["DescribeTaskDefinition", "ListTaskDefinitions", "ListServiceDeployments"]) {
  test(`a ${operation} that is never answered well before the service is changed exits with 2, and names it`, async (t) => {
    const { fake, roll } = await scene(t, success);
    fake.script[operation] = () => new Fault("ServerException", "Internal", 500);
    await assert.rejects(roll(), (error: Told) => {
      assert.equal(error.exitCode, 2);
      assert.match(error.message, new RegExp(`ecs:${operation} .*HTTP 500 ServerException: Internal`));
      return true;
    });
    assert.equal(fake.sent("UpdateService").length, 0);
  });
}

test("an endpoint where nobody listens is told with what to check", async () => {
  const free = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => free.once("listening", resolve));
  const { port } = free.address() as { port: number };
  await new Promise((resolve) => free.close(resolve));
  const aws = createAws({ region: "us-west-2", credentials, endpoint: `http://127.0.0.1:${port}` });
  await assert.rejects(readService(aws, target), (error: Told) => {
    assert.equal(error.code, "unreachable");
    assert.equal(error.exitCode, 2);
    assert.match(error.message, /can't be reached for ecs:DescribeServices.*ECONNREFUSED.*"region" in the target/);
    return true;
  });
});
