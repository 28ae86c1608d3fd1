import { randomUUID } from "node:crypto";
import type { Clock } from "../clock.js";
import { partitionOf } from "../partition.js";
import { record, required, text } from "../protocol/input.js";
import { page } from "../protocol/paging.js";
import { AwsError, type Caller, type JsonObject, type Service } from "../protocol/service.js";
import type { StateDirectory } from "../state.js";
import { storedMap } from "../stored-map.js";

interface Topic {
  arn: string;
  isFifo: boolean;
  /** Ids of messages by their deduplication id, with the time of each in milliseconds since the epoch. */
  recent: Map<string, { id: string; at: number }>;
}

export interface SnsDeps {
  state: StateDirectory;
  clock: Clock;
  /** Receives each message that a topic accepted. */
  delivered: (region: string, topic: string, message: JsonObject) => void;
}

/** Milliseconds in which a FIFO topic takes no second message of one deduplication id. */
const deduplication = 5 * 60_000;
const PAGE = 100;

/** Amazon SNS: topics that accept messages, without subscriptions: accepted messages are log events, see services.ts. */
export function createSns({ state, clock, delivered }: SnsDeps): Service {
  const document = state.document(
    "sns",
    () => ({ topics: new Map<string, Topic>() }),
    (stored: { topics?: Record<string, Omit<Topic, "recent">> }) => ({
      topics: storedMap(stored.topics, (topic) => ({ ...topic, recent: new Map() })),
    }),
  );
  const { topics } = document.value;
  const find = (arn: string) => {
    const topic = topics.get(arn);
    if (topic) return topic;
    if (!/^arn:aws[\w-]*:sns:[a-z0-9-]+:\d{12}:/.test(arn)) throw invalid("TopicArn Reason: An ARN must be valid");
    throw new AwsError("NotFound", "Topic does not exist", 404);
  };

  return {
    signingName: "sns",
    queryNamespace: "http://sns.amazonaws.com/doc/2010-03-31/",
    operations: {
      CreateTopic(input, caller) {
        const name = required(input, "Name");
        if (!/^[\w-]{1,256}(?:\.fifo)?$/.test(name)) throw invalid("Topic Name");
        const isFifo = record(input, "Attributes")?.FifoTopic === "true";
        if (isFifo !== name.endsWith(".fifo"))
          throw invalid("Fifo Topic names must end with .fifo and must be made up of only uppercase and lowercase");
        const arn = topicArn(caller, name);
        if (!topics.has(arn)) topics.set(arn, { arn, isFifo, recent: new Map() });
        document.save();
        return { TopicArn: arn };
      },

      DeleteTopic(input) {
        topics.delete(required(input, "TopicArn"));
        document.save();
        return {};
      },

      ListTopics(input, caller) {
        const own = [...topics.keys()].filter((arn) => arn.startsWith(topicArn(caller, "")));
        const bad = () => invalid("NextToken");
        const { items, nextToken } = page(own.sort(), PAGE, text(input, "NextToken"), bad);
        return { Topics: items.map((TopicArn) => ({ TopicArn })), ...(nextToken && { NextToken: nextToken }) };
      },

      Publish(input) {
        const topic = find(required(input, "TopicArn"));
        const message = messageOf(input);
        const subject = text(input, "Subject");
        if (subject !== undefined && !/^[\x21-\x7e][\x20-\x7e]{0,99}$/.test(subject)) throw invalid("Subject");
        const MessageId = randomUUID();
        const known = topic.isFifo ? deduplicated(topic, input, MessageId) : undefined;
        if (known !== undefined) return { MessageId: known };
        const { MessageAttributes = {} } = input;
        const [, , , region = "", , name = ""] = topic.arn.split(":");
        delivered(region, name, {
          ...{ Type: "Notification", MessageId, TopicArn: topic.arn, Message: message, MessageAttributes },
          ...(subject !== undefined && { Subject: subject }),
          Timestamp: new Date(clock.now()).toISOString(),
        });
        return { MessageId };
      },
    },
  };

  /** @returns The id of the first message with this deduplication id; undefined for a new one. */
  function deduplicated(topic: Topic, input: JsonObject, id: string): string | undefined {
    const key = text(input, "MessageDeduplicationId");
    if (text(input, "MessageGroupId") === undefined)
      throw invalid("The MessageGroupId parameter is required for FIFO topics");
    if (key === undefined)
      throw invalid(
        "The topic should have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly",
      );
    const now = clock.now();
    const before = topic.recent.get(key);
    if (before && now - before.at < deduplication) return before.id;
    topic.recent.set(key, { id, at: now });
    return undefined;
  }
}

/** Returns the text for subscribers without a text of their own protocol. */
function messageOf(input: JsonObject): string {
  const message = required(input, "Message");
  if (Buffer.byteLength(message) > 256 * 1024) throw invalid("Message too long");
  if (text(input, "MessageStructure") !== "json") return message;
  const byProtocol = parsed(message);
  if (typeof byProtocol?.default !== "string")
    throw invalid("Message Structure - No default entry in JSON message body");
  return byProtocol.default;
}

function parsed(json: string): { default?: unknown } | undefined {
  try {
    return JSON.parse(json) as { default?: unknown };
  } catch {
    throw invalid("Message Structure - JSON message body failed to parse");
  }
}

function invalid(reason: string): AwsError {
  return new AwsError("InvalidParameter", `Invalid parameter: ${reason}`);
}

function topicArn({ region, accountId }: Caller, name: string): string {
  return `arn:${partitionOf(region)}:sns:${region}:${accountId}:${name}`;
}
