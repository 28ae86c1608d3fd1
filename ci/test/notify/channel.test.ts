import assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";
import { type TestContext, test } from "node:test";
import { Webhook } from "standardwebhooks";
import { systemClock } from "../../lib/common/clock.js";
import { channelsOf, secretsOf } from "../../lib/notify/channel.js";
import { deliver } from "../../lib/notify/deliver.js";
import type { NotifyEntry } from "../../lib/notify/notification.js";
import { directAws } from "../support/direct-aws.js";
import { Fault, type Script } from "../support/fake-aws.js";
import { httpServer } from "../support/loopback.js";
import { verdictOf } from "../support/notify-scene.js";
import { virtualClock } from "../support/virtual-clock.js";

const signing = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const slack: NotifyEntry = { type: "slack", urlSecret: "URL" };
const webhook: NotifyEntry = { type: "webhook", urlSecret: "URL", signingSecret: "KEY" };

interface Received {
  headers: Record<string, string>;
  body: string;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += chunk;
  return text;
}

/** Serves answers in order, the last one again and again. */
async function receiver(
  t: TestContext,
  ...answers: [status: number, headers?: Record<string, string>, body?: string][]
) {
  const received: Received[] = [];
  const { origin } = await httpServer(t, async (request, response) => {
    const body = await bodyOf(request);
    const [status, headers = {}, text = ""] = answers[Math.min(received.length, answers.length - 1)] ?? [200];
    received.push({ headers: request.headers as Record<string, string>, body });
    response.writeHead(status, headers).end(text);
  });
  return { received, url: `${origin.origin}/services/T0/B0/topsecret?sig=alsosecret` };
}

function channelTo(entry: NotifyEntry, url: string, script: Script = {}) {
  const { aws } = directAws(script);
  const clock = virtualClock(Date.now());
  const secrets = new Map([
    ["URL", url],
    ["KEY", signing],
  ]);
  const [channel] = channelsOf([entry], secrets, aws, clock);
  assert.ok(channel);
  const send = () =>
    deliver(channel, verdictOf(), { clock, until: clock.now() + 60_000, signal: new AbortController().signal });
  return { channel, send, clock };
}

test("Slack and Teams get JSON at the URL of their secret", async (t) => {
  for (const type of ["slack", "teams"] as const) {
    const { received, url } = await receiver(t, [200]);
    const { send, channel } = channelTo({ type, urlSecret: "URL" }, url);
    assert.equal(await send(), undefined);
    assert.equal(channel.label, `${type} URL`);
    assert.equal(received.length, 1);
    assert.match(String(received[0]?.headers["content-type"]), /^application\/json/);
    assert.match(String(received[0]?.body), /ROLLED-BACK/);
  }
});

test("a webhook's signature is the one of Standard Webhooks' own library", async (t) => {
  const { received, url } = await receiver(t, [500], [204]);
  const { send } = channelTo(webhook, url);
  assert.equal(await send(), undefined);
  assert.equal(received.length, 2);
  for (const { headers, body } of received) {
    assert.deepEqual(new Webhook(signing).verify(body, headers), verdictOf());
    assert.equal(headers["webhook-id"], verdictOf().data.id);
    assert.throws(() => new Webhook(signing).verify(`${body} `, headers));
  }
});

test("a throttled message is sent again after the time that Retry-After names", async (t) => {
  const { received, url } = await receiver(t, [429, { "retry-after": "7" }], [200]);
  const { send, clock } = channelTo(slack, url);
  assert.equal(await send(), undefined);
  assert.equal(received.length, 2);
  assert.deepEqual(clock.sleeps, [7_000]);
});

test("server errors are retried with growing waits, until the time is over", async (t) => {
  const { received, url } = await receiver(t, [503]);
  const { send, clock } = channelTo(slack, url);
  assert.equal(await send(), `HTTP 503, after ${received.length} attempts`);
  assert.deepEqual(clock.sleeps.slice(0, 4), [1_000, 2_000, 4_000, 8_000]);
  assert.ok(clock.sleeps.reduce((sum, one) => sum + one, 0) < 60_000);
});

test("a wait that Retry-After makes longer than the time allowed is not begun", async (t) => {
  const { url } = await receiver(t, [429, { "retry-after": "3600" }]);
  const { send, clock } = channelTo(slack, url);
  assert.equal(await send(), "HTTP 429");
  assert.deepEqual(clock.sleeps, []);
});

test("a refusal is not retried, and its text is one harmless line", async (t) => {
  const { received, url } = await receiver(t, [403, {}, "no\n::error::access\u001b[31m"]);
  assert.equal(await channelTo(slack, url).send(), "HTTP 403 (no : :error::access)");
  assert.equal(received.length, 1);
});

test("a receiver that echoes the secret does not put it into a log", async (t) => {
  let url = "";
  const { origin } = await httpServer(t, (_, response) => void response.writeHead(403).end(`bad ${url} ${signing}`));
  url = `${origin.origin}/topsecret`;
  assert.equal(await channelTo(webhook, url).send(), "HTTP 403 (bad *** ***)");
});

test("a receiver that names the path or the key of the URL does not put them into a log", async (t) => {
  const { origin } = await httpServer(t, ({ url = "" }, response) => {
    response
      .writeHead(404)
      .end(`no ${url} ${url.split("/").at(-1)} ${new URL(url, "http://a").searchParams.get("sig")}`);
  });
  const reason = String(await channelTo(slack, `${origin.origin}/services/T0/topsecret?sig=alsosecret`).send());
  assert.match(reason, /^HTTP 404 \(no \*\*\*/);
  assert.doesNotMatch(reason, /topsecret|alsosecret/);
});

test("an unreachable receiver is retried, and named by its host at most", async () => {
  const { send } = channelTo(slack, "http://127.0.0.1:1/topsecret");
  const reason = String(await send());
  assert.match(reason, /ECONNREFUSED.*after \d+ attempts/);
  assert.doesNotMatch(reason, /topsecret/);
});

const refusals: [string, NotifyEntry, string, RegExp][] = [
  ["plain http", slack, "http://hooks.example.com/topsecret", /URL of notify\.0 \(slack\).*Accepted: an https URL/],
  ["a text", slack, "topsecret", /its value is not shown.*Accepted: an https URL/],
  ["a URL with a password", slack, "https://a:topsecret@example.com", /without a user name and password/],
  ["nothing", slack, "", /URL of notify\.0 \(slack\) is empty/],
  [
    "the URL of a retired connector",
    { type: "teams", urlSecret: "URL" },
    "https://acme.webhook.office.com/webhookb2/topsecret",
    /which Microsoft has retired.*Accepted: the URL of a workflow/,
  ],
];

for (const [name, entry, value, expected] of refusals)
  test(`a secret that holds ${name} is refused, and not shown`, () => {
    assert.throws(
      () => channelTo(entry, value),
      ({ name, message }: Error) => {
        assert.equal(name, "InputError");
        assert.match(message, expected);
        assert.doesNotMatch(message, /topsecret/);
        return true;
      },
    );
  });

test("a signing key of another form is refused, and not shown", () => {
  for (const key of ["topsecret", "whsec_dG9wc2VjcmV0", "whsec_!!!"]) {
    const secrets = new Map([
      ["URL", "https://example.com"],
      ["KEY", key],
    ]);
    const make = () => channelsOf([webhook], secrets, directAws({}).aws, systemClock);
    assert.throws(make, ({ message }: Error) => /no signing key.*openssl/.test(message) && !message.includes(key));
  }
});

test("only the secrets that entries name are needed, each once", () => {
  const sns: NotifyEntry = { type: "sns", topicArn: "arn:aws:sns:us-west-2:123456789012:deploys" };
  assert.deepEqual(secretsOf([slack, webhook, sns]), ["URL", "KEY"]);
});

const sns: NotifyEntry = { type: "sns", topicArn: "arn:aws:sns:us-west-2:123456789012:deploys" };
const bus: NotifyEntry = { type: "eventbridge", bus: "default" };

test("a bus gets the facts as the event's detail", async () => {
  const inputs: unknown[] = [];
  const script: Script = {
    PutEvents: (input) => {
      inputs.push(input);
      return { FailedEntryCount: 0, Entries: [{ EventId: "1" }] };
    },
  };
  assert.equal(await channelTo(bus, "", script).send(), undefined);
  const [{ Entries }] = inputs as [{ Entries: Record<string, unknown>[] }];
  const { Detail, ...entry } = Entries[0] ?? {};
  assert.deepEqual(JSON.parse(String(Detail)), verdictOf().data);
  assert.deepEqual(entry, {
    EventBusName: "default",
    Source: "slipway",
    DetailType: "Slipway Deployment Verdict",
    Time: verdictOf().timestamp,
    Resources: [verdictOf().data.taskDefinition],
  });
});

test("an event that the bus refuses is a failure, though the call succeeds", async () => {
  const entry = { ErrorCode: "NotAuthorizedForSourceException", ErrorMessage: "Not authorized for the source." };
  const { send, clock } = channelTo(bus, "", { PutEvents: () => ({ FailedEntryCount: 1, Entries: [entry] }) });
  assert.equal(await send(), "NotAuthorizedForSourceException: Not authorized for the source.");
  assert.deepEqual(clock.sleeps, []);
});

test("a missing permission names the action to allow, and is not retried", async () => {
  const denied = {
    Publish: () => new Fault("AuthorizationErrorException", "User: x is not authorized to perform: SNS:Publish", 403),
  };
  const { send, clock } = channelTo(sns, "", denied);
  assert.match(String(await send()), /may not perform SNS:Publish\. Allow it in the IAM policy/);
  assert.deepEqual(clock.sleeps, []);
  const events = {
    PutEvents: () => new Fault("AccessDeniedException", "not authorized to perform: events:PutEvents on x"),
  };
  assert.match(String(await channelTo(bus, "", events).send()), /may not perform events:PutEvents/);
});

test("a throttled topic is retried", async () => {
  let times = 0;
  const script: Script = { Publish: () => (times++ === 0 ? new Fault("ThrottlingException", "slow down") : {}) };
  assert.equal(await channelTo(sns, "", script).send(), undefined);
  assert.equal(times, 2);
});
