import assert from "node:assert/strict";
import { createServer } from "node:net";
import { test } from "node:test";
import { createAws } from "../../lib/aws/clients.js";
import { readService } from "../../lib/ecs/service.js";
import { Fault, lostResponse, overHttp } from "../support/fake-aws.js";
import { httpServer } from "../support/loopback.js";
import { replaced, rollbackScene } from "../support/rollback-scene.js";
import { scene } from "../support/rollout-scene.js";
import { target } from "../support/scripted-ecs.js";
import { success } from "../support/stories.js";

const credentials = { accessKeyId: "AKIATEST", secretAccessKey: "secret" };
type Thrown = Error & { code: string; exitCode: number };

const refusals: [fault: Fault, code: string, message: RegExp][] = [
  [
    new Fault("ServiceUnavailableException", "Try later", 503),
    "unavailable",
    /server error for ecs:DescribeServices at 127\.0\.0\.1:\d+.*HTTP 503 ServiceUnavailableException: Try later\. This call has not changed the service\. Run the same/,
  ],
  [
    new Fault("ThrottlingException", "Rate exceeded"),
    "throttled",
    /throttled ecs:DescribeServices.*Rate exceeded\. This call has not changed the service\. Wait a minute/,
  ],
  [
    new Fault("UnrecognizedClientException", "The security token included in the request is invalid."),
    "refused-credentials",
    /does not accept the credentials, at ecs:DescribeServices.*UnrecognizedClientException.*has not changed/,
  ],
  [
    new Fault("InvalidParameterException", "No."),
    "refused",
    /refuses ecs:DescribeServices at 127\.0\.0\.1:\d+: HTTP 400 InvalidParameterException: No\. This call has not changed the service/,
  ],
  [new Fault("ExpiredTokenException", "expired"), "credentials-expired", /have expired.*ecs:DescribeServices/],
  [
    new Fault("AccessDeniedException", "User: x is not authorized to perform: ecs:DescribeServices on resource: y"),
    "access-denied",
    /may not perform ecs:DescribeServices/,
  ],
];
for (const [fault, code, message] of refusals) {
  test(`a first read that fails with ${fault.code} on every retry is reported, with exit code 2`, async (t) => {
    const { fake, roll } = await scene(t, success, overHttp(t));
    fake.script.DescribeServices = () => fault;
    await assert.rejects(roll(), (error: Thrown) => {
      assert.equal(error.code, code);
      assert.equal(error.exitCode, 2);
      assert.match(error.message, message);
      return true;
    });
    assert.equal(fake.sent("RegisterTaskDefinition").length, 0);
  });
}

for (const operation of ["DescribeTaskDefinition", "ListTaskDefinitions", "ListServiceDeployments"]) {
  test(`a ${operation} that never succeeds before the service is changed exits with 2, and names it`, async (t) => {
    const { fake, roll } = await scene(t, success, overHttp(t));
    fake.script[operation] = () => new Fault("ServerException", "Internal", 500);
    await assert.rejects(roll(), (error: Thrown) => {
      assert.equal(error.exitCode, 2);
      assert.match(error.message, new RegExp(`ecs:${operation} .*HTTP 500 ServerException: Internal`));
      return true;
    });
    assert.equal(fake.sent("UpdateService").length, 0);
  });
}

test("an unreachable endpoint is reported with what to check", async () => {
  const free = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => free.once("listening", resolve));
  const { port } = free.address() as { port: number };
  await new Promise((resolve) => free.close(resolve));
  const aws = createAws({ region: "us-west-2", credentials, endpoint: `http://127.0.0.1:${port}` });
  await assert.rejects(readService(aws, target), (error: Thrown) => {
    assert.equal(error.code, "unreachable");
    assert.equal(error.exitCode, 2);
    assert.match(error.message, /can't be reached for ecs:DescribeServices.*ECONNREFUSED.*"region" in the target/);
    return true;
  });
});

const failures: [what: string, error: Error & { code?: string }, message: RegExp][] = [
  [
    "DNS that does not know the host",
    Object.assign(new Error("getaddrinfo ENOTFOUND"), { code: "ENOTFOUND" }),
    /can't be reached for ecs:DescribeServices at ecs\.us-west-2\.amazonaws\.com: .*ENOTFOUND/,
  ],
  [
    "a certificate that is not trusted",
    Object.assign(new Error("self-signed certificate in certificate chain"), { code: "SELF_SIGNED_CERT_IN_CHAIN" }),
    /ecs:DescribeServices at ecs\.us-west-2\.amazonaws\.com .*self-signed certificate/,
  ],
  [
    "a time limit",
    Object.assign(new Error("no complete answer within 30 s"), { name: "TimeoutError", code: "ETIMEDOUT" }),
    /can't be reached for ecs:DescribeServices at ecs\.us-west-2\.amazonaws\.com: TimeoutError/,
  ],
];
for (const [what, error, message] of failures) {
  test(`${what} is an error with exit code 2 that names the request, the host and the next step`, async () => {
    const handle = () => Promise.reject(error);
    const aws = createAws({ region: "us-west-2", credentials, requestHandler: { handle } as never });
    await assert.rejects(readService(aws, target), (thrown: Thrown) => {
      assert.equal(thrown.exitCode, 2);
      assert.match(thrown.message, message);
      assert.match(
        thrown.message,
        /has not changed the service\. .*HTTPS_PROXY|has not changed the service\. Check the network/,
      );
      return true;
    });
  });
}

for (const [status, page] of [
  [200, "<html>\u001b[2J\n::error::Log in to the network</html>"],
  [200, "[]"],
  [403, "<html>Forbidden by the proxy</html>"],
  [502, "<html>Bad gateway</html>"],
] as const) {
  test(`HTTP ${status} with ${JSON.stringify(page)} in place of AWS exits with 2 and names the host, on one line`, async (t) => {
    const { origin } = await httpServer(t, (_, response) => {
      response.writeHead(status, { "content-type": "text/html" }).end(page);
    });
    const aws = createAws({ region: "us-west-2", credentials, endpoint: origin.origin });
    await assert.rejects(readService(aws, target), (thrown: Thrown) => {
      assert.equal(thrown.exitCode, 2, thrown.stack);
      assert.ok(thrown.message.includes(`ecs:DescribeServices at ${origin.host}`) || page === "[]", thrown.message);
      assert.doesNotMatch(thrown.message, /\p{Cc}/u);
      return true;
    });
  });
}

test("a RegisterTaskDefinition that is never answered has changed no service, so it exits with 2", async (t) => {
  const { fake, roll } = await scene(t, success, overHttp(t));
  fake.script.RegisterTaskDefinition = () => lostResponse;
  await assert.rejects(roll(), {
    code: "unanswered",
    exitCode: 2,
    message: /did not answer RegisterTaskDefinition.*The service was not changed/,
  });
  assert.equal(fake.sent("UpdateService").length, 0);
});

test("a poll of the service that fails just before the update exits with 2", async (t) => {
  const { fake, roll } = await scene(t, success, overHttp(t));
  const describe = fake.script.DescribeServices;
  fake.script.DescribeServices = (input) =>
    fake.sent("RegisterTaskDefinition").length > 0
      ? new Fault("ServerException", "Internal", 500)
      : (describe?.(input) ?? {});
  await assert.rejects(roll(), { exitCode: 2, message: /ecs:DescribeServices .*has not changed the service/ });
  assert.equal(fake.sent("UpdateService").length, 0);
});

for (const operation of ["ListServiceDeployments", "DescribeServiceDeployments", "DescribeServiceRevisions"]) {
  test(`a rollback that fails in ${operation} before anything is changed exits with 2, and names it`, async (t) => {
    const { deploy, back, fake } = await rollbackScene(t, replaced, overHttp(t));
    await deploy("v1.1.0", "1");
    fake.script[operation] = () => new Fault("ServerException", "Internal", 500);
    const updates = fake.sent("UpdateService").length;
    await assert.rejects(back(), { exitCode: 2, message: new RegExp(`ecs:${operation} .*HTTP 500 ServerException`) });
    assert.equal(fake.sent("UpdateService").length, updates);
  });
}
