import assert from "node:assert/strict";
import { test } from "node:test";
import { GetLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { CreateTopicCommand, DeleteTopicCommand, ListTopicsCommand, PublishCommand } from "@aws-sdk/client-sns";
import { localAws } from "../../test/local-aws.js";

const TopicArn = "arn:aws:sns:us-west-2:123456789012:deploys";

test("a message of a topic is a log event, with its attributes and the text for all protocols", async (t) => {
  const { sns, logs } = await localAws(t);
  assert.equal((await sns.send(new CreateTopicCommand({ Name: "deploys" }))).TopicArn, TopicArn);
  const { MessageId } = await sns.send(
    new PublishCommand({
      ...{ TopicArn, Subject: "api: deployed", MessageStructure: "json" },
      Message: JSON.stringify({ default: '{"a":1}', email: "text" }),
      MessageAttributes: { event: { DataType: "String", StringValue: "success" } },
    }),
  );
  const place = { logGroupName: "/local/sns/deploys", logStreamName: "messages" };
  const { events = [] } = await logs.send(new GetLogEventsCommand(place));
  const { Timestamp, ...message } = JSON.parse(events[0]?.message ?? "");
  assert.deepEqual(message, {
    Type: "Notification",
    MessageId,
    TopicArn,
    Subject: "api: deployed",
    Message: '{"a":1}',
    MessageAttributes: { event: { DataType: "String", StringValue: "success" } },
  });
  assert.match(Timestamp, /^\d{4}-/);
});

test("topics are kept over a restart, listed, and deleted", async (t) => {
  const first = await localAws(t);
  await first.sns.send(new CreateTopicCommand({ Name: "deploys" }));
  const { sns } = await first.restart();
  assert.deepEqual((await sns.send(new ListTopicsCommand({}))).Topics, [{ TopicArn }]);
  await sns.send(new DeleteTopicCommand({ TopicArn }));
  assert.deepEqual((await sns.send(new ListTopicsCommand({}))).Topics ?? [], []);
});

test("what SNS refuses is refused with its error", async (t) => {
  const { sns } = await localAws(t);
  const publish = (more: object) => sns.send(new PublishCommand({ TopicArn, Message: "x", ...more }));
  await assert.rejects(publish({}), { name: "NotFoundException", message: "Topic does not exist" });
  await sns.send(new CreateTopicCommand({ Name: "deploys" }));
  for (const wrong of [
    { Subject: "two\nlines" },
    { Subject: "é" },
    { MessageStructure: "json", Message: '{"email":"x"}' },
    { MessageStructure: "json", Message: "x" },
  ])
    await assert.rejects(publish(wrong), { name: "InvalidParameterException" });
  await assert.rejects(sns.send(new CreateTopicCommand({ Name: "a b" })), { name: "InvalidParameterException" });
});

test("a FIFO topic takes one message of each deduplication id", async (t) => {
  const { sns, logs } = await localAws(t);
  const Attributes = { FifoTopic: "true" };
  await sns.send(new CreateTopicCommand({ Name: "deploys.fifo", Attributes }));
  const input = { TopicArn: `${TopicArn}.fifo`, Message: "x", MessageGroupId: "g", MessageDeduplicationId: "1" };
  const first = await sns.send(new PublishCommand(input));
  const second = await sns.send(new PublishCommand(input));
  await sns.send(new PublishCommand({ ...input, MessageDeduplicationId: "2" }));
  assert.equal(second.MessageId, first.MessageId);
  const place = { logGroupName: "/local/sns/deploys.fifo", logStreamName: "messages" };
  assert.equal((await logs.send(new GetLogEventsCommand(place))).events?.length, 2);
  const { MessageGroupId: _, ...without } = input;
  await assert.rejects(sns.send(new PublishCommand(without)), { name: "InvalidParameterException" });
});
