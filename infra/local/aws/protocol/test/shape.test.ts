import assert from "node:assert/strict";
import { test } from "node:test";
import { DescribeImagesCommand, DescribePullThroughCacheRulesCommand, type ECRClient } from "@aws-sdk/client-ecr";
import {
  CreateClusterCommand,
  type ECSClient,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionCommandOutput,
  UpdateServiceCommand,
} from "@aws-sdk/client-ecs";
import { GetFederationTokenCommand } from "@aws-sdk/client-sts";
import { SignatureV4 } from "@smithy/signature-v4";
import { localAws, send } from "../../test/local-aws.js";
import { Sha256 } from "../hash.js";

/** Sends members as they stand, past what the SDK would make of them. */
async function sendAsIs(client: ECRClient | ECSClient, command: unknown, body: string): Promise<unknown> {
  const stack = (command as DescribeImagesCommand).middlewareStack;
  stack.add(
    (next) => (args) => {
      const request = args.request as { body: string; headers: Record<string, string> };
      request.body = body;
      request.headers["content-length"] = String(Buffer.byteLength(body));
      return next(args);
    },
    { step: "build", priority: "low" },
  );
  return (client as ECRClient).send(command as DescribeImagesCommand);
}

test("an operation that is not implemented here has another message than one that AWS does not have", async (t) => {
  const { ecr, sts } = await localAws(t);
  await assert.rejects(ecr.send(new DescribePullThroughCacheRulesCommand({})), {
    name: "UnknownOperationException",
    message: "ecr:DescribePullThroughCacheRules is an operation of AWS that this local AWS does not implement.",
  });
  await assert.rejects(sts.send(new GetFederationTokenCommand({ Name: "x" })), { name: "InvalidAction" });
});

test("a call for a service that is not implemented names it, in every protocol", async (t) => {
  const { aws } = await localAws(t);
  const calls = [
    { service: "ec2", method: "POST" },
    { service: "route53", method: "GET" },
    { service: "kinesis", method: "POST", target: "Kinesis_20131202.Invented" },
  ];
  for (const { service, method, target } of calls) {
    const headers = { host: new URL(aws.url).host, ...(target && { "x-amz-target": target }) };
    const signer = new SignatureV4({
      credentials: { accessKeyId: aws.credentials.AccessKeyId, secretAccessKey: aws.credentials.SecretAccessKey },
      region: "us-west-2",
      service,
      sha256: Sha256,
    });
    const { protocol, hostname } = new URL(aws.url);
    const request = await signer.sign({ method, protocol, hostname, path: "/", query: {}, headers });
    const answer = await send(aws.url, { method, headers: request.headers });
    assert.equal(answer.status, 400, service);
    assert.match(answer.body.toString(), new RegExp(`has no service .*${service}.*It has .*ecr, ecs, .*, sts\\.`));
  }
});

test("a required member that is missing or null is rejected with each API's own message", async (t) => {
  const { ecr, ecs } = await localAws(t);
  for (const body of ["{}", '{"repositoryName":null}', ""]) {
    await assert.rejects(sendAsIs(ecr, new DescribeImagesCommand({ repositoryName: "x" }), body), {
      name: "InvalidParameterException",
      message:
        "1 validation error detected: Value null at 'repositoryName' failed to satisfy constraint: Member must not be null",
    });
  }
  await assert.rejects(ecs.send(new UpdateServiceCommand({ service: undefined })), {
    name: "InvalidParameterException",
    message: "Service can not be blank.",
  });
  await assert.rejects(ecs.send(new RegisterTaskDefinitionCommand({ family: "x", containerDefinitions: undefined })), {
    name: "ClientException",
    message: "ContainerDefinitions should not be null or empty.",
  });
});

test("a member of another type than the API's is refused, however deep", async (t) => {
  const { ecr } = await localAws(t);
  const wrong: [string, string][] = [
    ['{"repositoryName":1}', "NUMBER_VALUE can not be converted to a String"],
    ['{"repositoryName":["x"]}', "Start of list found where not expected"],
    ['{"repositoryName":{}}', "Start of structure or map found where not expected."],
    ['{"repositoryName":"xx","maxResults":"1"}', "STRING_VALUE can not be converted to an Integer"],
    ['{"repositoryName":"xx","imageIds":{}}', "Start of structure or map found where not expected."],
    ['{"repositoryName":"xx","imageIds":[{"imageTag":true}]}', "TRUE_VALUE can not be converted to a String"],
    ['{"repositoryName":"xx","imageIds":[null]}', "Null can not be a member of a list"],
    ["[]", "Start of list found where not expected"],
  ];
  for (const [body, message] of wrong) {
    const sent = sendAsIs(ecr, new DescribeImagesCommand({ repositoryName: "x" }), body);
    await assert.rejects(sent, { name: "SerializationException", message }, body);
  }
  const broken = sendAsIs(ecr, new DescribeImagesCommand({ repositoryName: "x" }), '{"repositoryName"');
  await assert.rejects(broken, { name: "SerializationException", message: /is not JSON/ });
});

test("members that the API's model does not know are taken without a word", async (t) => {
  const { ecs } = await localAws(t);
  await sendAsIs(
    ecs,
    new CreateClusterCommand({}),
    '{"clusterName":"new","inventedTomorrow":{"a":[1]},"__proto__":{"x":1}}',
  );
});

test("a map's member may have any name, and never becomes the prototype of what is kept", async (t) => {
  const { ecs } = await localAws(t);
  const definition = { family: "x", containerDefinitions: [{ name: "app", image: "x", memory: 64 }] };
  const [container] = definition.containerDefinitions;
  const body = JSON.stringify({
    ...definition,
    containerDefinitions: [{ ...container, dockerLabels: JSON.parse('{"__proto__":"a","constructor":"b"}') }],
  });
  const answer = await sendAsIs(ecs, new RegisterTaskDefinitionCommand(definition), body);
  const { taskDefinition } = answer as RegisterTaskDefinitionCommandOutput;
  const labels = taskDefinition?.containerDefinitions?.[0]?.dockerLabels ?? {};
  assert.equal(Object.getPrototypeOf(labels), Object.prototype);
  assert.equal(Object.hasOwn(labels, "constructor"), true);
});

test("a body larger than its API takes is refused, and not kept", async (t) => {
  const { ecr } = await localAws(t);
  const body = JSON.stringify({ repositoryName: "x".repeat(33 << 20) });
  await assert.rejects(sendAsIs(ecr, new DescribeImagesCommand({ repositoryName: "x" }), body), (error: Error) =>
    // The connection may be closed before the whole body is sent.
    /RequestEntityTooLarge|ECONNRESET|EPIPE/.test(`${error.name} ${error.message}`),
  );
});
