import type { Aws } from "../aws/clients.js";
import { AccessDeniedError, isThrottling, isUncertain } from "../aws/errors.js";
import { sdk } from "../aws/sdk.js";
import { neutral } from "../common/foreign-text.js";
import type { Attempt, Failure } from "./deliver.js";
import { plainText, titleOf } from "./message.js";
import type { Notification } from "./notification.js";

/**
 * Publishes to a topic: the notification's JSON, and a text for subscribers by email. Type, event and service are message attributes, by
 * which a subscription filters. https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
 */
export function snsAttempt(topicArn: string, aws: Pick<Aws, "lazy">): Attempt {
  const region = regionIn(topicArn);
  return caught(async (notification, abortSignal) => {
    const client = await aws.lazy.sns(region);
    await client.send(new sdk.sns.PublishCommand(snsInput(topicArn, notification)), { abortSignal });
    return undefined;
  });
}

/** Returns the input of Publish. A FIFO topic deduplicates by the notification's id for five minutes. Pure. */
export function snsInput(TopicArn: string, notification: Notification) {
  const { type, data } = notification;
  const attribute = (StringValue: string) => ({ DataType: "String", StringValue });
  return {
    TopicArn,
    // ASCII of at most 100 characters, without line breaks.
    Subject: titleOf(data)
      .replace(/[^\x20-\x7e]/g, "?")
      .slice(0, 100),
    MessageStructure: "json",
    Message: JSON.stringify({ default: JSON.stringify(notification), email: plainText(notification) }),
    MessageAttributes: {
      type: attribute(type),
      event: attribute(data.event),
      service: attribute(data.service.service),
    },
    ...(TopicArn.endsWith(".fifo") && {
      MessageGroupId: `${data.service.cluster}.${data.service.service}`,
      MessageDeduplicationId: data.id,
    }),
  };
}

const detailTypes: Record<Notification["type"], string> = {
  "slipway.deployment.start": "Slipway Deployment Start",
  "slipway.deployment.paused": "Slipway Deployment Paused",
  "slipway.deployment.verdict": "Slipway Deployment Verdict",
  "slipway.test": "Slipway Test",
};

/** Puts an event on a bus. https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
export function eventBridgeAttempt(bus: string, aws: Pick<Aws, "lazy">): Attempt {
  const region = bus.startsWith("arn:") ? regionIn(bus) : undefined;
  return caught(async (notification, abortSignal) => {
    const client = await aws.lazy.events(region);
    const Entries = [eventOf(bus, notification)];
    const { Entries: results = [] } = await client.send(new sdk.events.PutEventsCommand({ Entries }), { abortSignal });
    const [{ ErrorCode, ErrorMessage = "" } = {}] = results;
    if (ErrorCode === undefined) return undefined;
    return {
      reason: neutral(`${ErrorCode}: ${ErrorMessage}`, 300),
      isPassing: /Throttling|InternalFailure|InternalException/.test(ErrorCode),
    };
  });
}

function eventOf(EventBusName: string, { type, timestamp, data }: Notification) {
  return {
    EventBusName,
    Source: "slipway",
    DetailType: detailTypes[type],
    Time: new Date(timestamp),
    Detail: JSON.stringify(data),
    Resources: [data.taskDefinition, data.deployment].filter((arn) => arn !== undefined),
  };
}

function regionIn(arn: string): string {
  return arn.split(":")[3] ?? "";
}

function caught(send: (notification: Notification, signal: AbortSignal) => Promise<Failure | undefined>): Attempt {
  return async (notification, limit, signal) => {
    try {
      return await send(notification, AbortSignal.any([signal, AbortSignal.timeout(limit)]));
    } catch (error) {
      if (signal.aborted) return { reason: "no complete answer in time", isPassing: false };
      if (error instanceof AccessDeniedError) return { reason: error.message, isPassing: false };
      const { name, message } = error as Error;
      return {
        reason: neutral(`${name}: ${message}`, 300),
        isPassing: isThrottling(error) || isUncertain(error) || name === "TimeoutError",
      };
    }
  };
}
