import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { GetLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { CreateTopicCommand, SNSClient } from "@aws-sdk/client-sns";
import { Webhook } from "standardwebhooks";
import { createSimulatedRuntime } from "../aws/index.js";
import { type CallOutput, openEnvironment, refused, type TestEnvironment } from "./support/environment.js";
import { putImage } from "./support/image.js";

interface Received {
  path: string;
  headers: Record<string, string>;
  body: string;
}

const key = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const topicArn = "arn:aws:sns:us-west-2:123456789012:deploys";
let environment: TestEnvironment;
let server: Server;
let received: Received[] = [];
let env: Record<string, string>;

before(async () => {
  server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    received.push({ path: request.url ?? "", headers: request.headers as Record<string, string>, body });
    response.writeHead(request.url?.startsWith("/lost") ? 404 : 200).end(request.url);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  env = { SLACK_URL: `${origin}/slack/topsecret`, HOOK_URL: `${origin}/hook/topsecret`, HOOK_KEY: key };
  environment = await openEnvironment({
    deny: ["events:PutEvents"],
    runtime: ({ clock }) =>
      createSimulatedRuntime(clock, ({ taskDefinition }) =>
        JSON.stringify(taskDefinition).includes("v1.2.0")
          ? { exit: { after: 0, code: 1 } }
          : { health: [{ after: 0, status: "HEALTHY" }] },
      ),
  });
  for (const version of ["v1.1.0", "v1.2.0"]) await putImage(environment, version, {});
  const path = join(environment.checkout.path, "infra/targets/production.json");
  const { url: _, versionCheck: __, ...target } = JSON.parse(await readFile(path, "utf8"));
  const notify = [
    { type: "slack", urlSecret: "SLACK_URL", on: ["failure"] },
    { type: "webhook", urlSecret: "HOOK_URL", signingSecret: "HOOK_KEY" },
    { type: "sns", topicArn },
    { type: "eventbridge", bus: "default", on: ["success"] },
  ];
  await writeFile(path, JSON.stringify({ ...target, notify }));
  const { AccessKeyId = "", SecretAccessKey = "" } = JSON.parse(await readFile(environment.credentialsFile, "utf8"));
  const credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey };
  const sns = new SNSClient({ region: "us-west-2", endpoint: environment.url, credentials });
  await sns.send(new CreateTopicCommand({ Name: "deploys" }));
});
after(async () => {
  await environment.close();
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  received = [];
});

const flags = ["--notify-secret", "env://SLACK_URL", "--notify-secret", "env://HOOK_URL,env://HOOK_KEY"];

async function call(...args: string[]): Promise<CallOutput> {
  const output = await environment.call([...environment.at, ...flags, ...args], { env });
  assert.doesNotMatch(output.stdout + output.stderr, /topsecret|whsec_B/);
  return output;
}

/** Event of each message, by the first part of the receiver's path. */
function seen(): string[] {
  return received.map(({ path, headers, body }) => {
    if (!path.startsWith("/hook")) return `${path.split("/")[1]} ${JSON.parse(body).text}`;
    const { type, data } = new Webhook(key).verify(body, headers) as { type: string; data: { verdict?: string } };
    return `hook ${type.split(".").at(-1)} ${data.verdict ?? ""}`.trim();
  });
}

async function topicMessages(): Promise<{ event: string; release: { version: string } }[]> {
  const place = { logGroupName: "/local/sns/deploys", logStreamName: "messages", startFromHead: true };
  const { events = [] } = await environment.clients.logs.send(new GetLogEventsCommand(place));
  return events.map(({ message = "" }) => JSON.parse(JSON.parse(message).Message).data);
}

test("a deploy without the secrets that its target names is refused before anything is built", async () => {
  const message = /names SLACK_URL, HOOK_KEY, which were not passed\. Nothing was built\. Pass .*env:\/\/SLACK_URL/;
  const args = ["--notify-secret", "env://HOOK_URL", "deploy", "--version", "v1.9.0"];
  await refused(environment, [...environment.at, ...args], { message }, { env });
  await refused(
    environment,
    [...environment.at, ...flags, "rollback"],
    { message: /HOOK_URL .*is no URL to send to/ },
    {
      env: { ...env, HOOK_URL: "topsecret" },
    },
  );
  const { HOOK_KEY: _, ...without } = env;
  const unreadable = /secret HOOK_KEY of the target's notify could not be read.* Nothing was built/;
  await refused(environment, [...environment.at, ...flags, "deploy"], { message: unreadable }, { env: without });
  assert.deepEqual(received, []);
});

test("a deploy reports its start and its verdict once; a destination that refuses does not change it", async () => {
  const deploy = ["deploy", "--published", "--version", "v1.1.0", "--run-id", "1"];
  const { exitCode, stdout, stderr } = await call(...deploy);
  assert.equal(exitCode, 0, stderr);
  assert.deepEqual(seen(), ["hook start", "hook verdict deployed"]);
  assert.match(
    stdout + stderr,
    /Notification "success" to eventbridge default failed: The credentials may not perform events:PutEvents\. Allow it in the IAM policy of the role or user that deploys\. The deploy is not affected\./,
  );
  assert.equal((await call(...deploy)).exitCode, 0);
  assert.equal(received.length, 2);
  const messages = await topicMessages();
  assert.deepEqual(
    messages.map(({ event, release }) => `${event} ${release.version}`),
    ["start v1.1.0", "success v1.1.0"],
  );
});

test("a failed deploy reports its cause, also to a destination that wants failures only", async () => {
  assert.equal((await call("deploy", "--published", "--version", "v1.2.0")).exitCode, 3);
  const { service } = environment.target;
  assert.deepEqual(seen().sort(), [
    "hook start",
    "hook verdict rolled-back",
    `slack ❌ ${service}: deploy of v1.2.0: ROLLED-BACK`,
  ]);
  const { cause } = JSON.parse(received.find(({ body }) => body.includes('"cause"'))?.body ?? "").data;
  assert.match(cause.title, /container exits/);
});

test("a rollback reports its start and its verdict", async () => {
  assert.equal((await call("rollback", "--ignore", "image-missing")).exitCode, 0);
  assert.deepEqual(seen(), ["hook start", "hook verdict deployed"]);
  assert.equal(JSON.parse(received[0]?.body ?? "").data.verb, "rollback");
});

test("notify lists the destinations, and with --test shows the result of each", async () => {
  const list = await call("notify");
  assert.equal(list.exitCode, 0, list.stderr);
  assert.match(
    list.stdout,
    /^slack SLACK_URL: failure\nwebhook HOOK_URL: start, paused, success, failure\nsns deploys: /,
  );
  assert.deepEqual(received, []);
  env.SLACK_URL = env.SLACK_URL?.replace("/slack/", "/lost/") ?? "";
  const { exitCode, stderr } = await call("notify", "--test");
  assert.equal(exitCode, 4);
  assert.match(
    stderr,
    /slack SLACK_URL: failed: HTTP 404 \(\*\*\*\)\nwebhook HOOK_URL: accepted\nsns deploys: accepted\n/,
  );
  assert.match(stderr, /eventbridge default: failed: .*events:PutEvents/);
  assert.match(stderr, /2 of 4 destinations did not accept/);
  assert.deepEqual(
    seen()
      .map((text) => text.split(" ").slice(0, 2).join(" "))
      .sort(),
    ["hook test", "lost 🔔"],
  );
});
