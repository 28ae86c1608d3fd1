import { flag, number, required, text } from "../protocol/input.js";
import type { Operation } from "../protocol/service.js";
import { badToken } from "./groups.js";
import { inOrder, type LogEvent, type LogStore } from "./store.js";
import { findGroup } from "./streams.js";

const MOST_EVENTS = 10_000;

/** GetLogEvents: a window of one stream, moved forward and back by tokens. At either end it returns the received token. */
export function getLogEvents(store: LogStore): Operation {
  return (input, caller) => {
    const group = findGroup(store, input, caller);
    const stream = store.findStream(group, required(input, "logStreamName"));
    const start = number(input, "startTime") ?? 0;
    const end = number(input, "endTime") ?? Number.MAX_SAFE_INTEGER;
    const events = store.read(group, stream).filter((event) => event.timestamp >= start && event.timestamp < end);

    const limit = Math.min(number(input, "limit") ?? MOST_EVENTS, MOST_EVENTS);
    const given = text(input, "nextToken");
    const token = given === undefined ? undefined : readToken(given);
    const found = token
      ? window(events, token, limit)
      : flag(input, "startFromHead")
        ? events.slice(0, limit)
        : events.slice(-limit);
    const [first, last] = [found[0], found.at(-1)];
    const here = token?.position ?? { timestamp: start, number: -1 };
    return {
      events: found.map(({ timestamp, message, ingestionTime }) => ({ timestamp, message, ingestionTime })),
      nextForwardToken: writeToken("f", last ?? here),
      nextBackwardToken: writeToken("b", first ?? here),
    };
  };
}

type Position = Pick<LogEvent, "timestamp" | "number">;

/** Returns the events after (`f/…`) or before (`b/…`) the token's position. */
function window(events: LogEvent[], token: { forward: boolean; position: Position }, limit: number): LogEvent[] {
  const place = (event: LogEvent) => inOrder(event, token.position as LogEvent);
  return token.forward
    ? events.filter((event) => place(event) > 0).slice(0, limit)
    : events.filter((event) => place(event) < 0).slice(-limit);
}

/** Formats a position in a stream as 56 digits, like CloudWatch's event IDs: the time, then the order of arrival. */
export function placeId({ timestamp, number }: Position): string {
  return `${String(timestamp).padStart(28, "0")}${String(number + 1).padStart(28, "0")}`;
}

function writeToken(direction: "f" | "b", position: Position): string {
  return `${direction}/${placeId(position)}/s`;
}

function readToken(token: string): { forward: boolean; position: Position } {
  const [, direction, timestamp, number] = /^([fb])\/(\d{28})(\d{28})\/s$/.exec(token) ?? [];
  if (!direction) throw badToken();
  return { forward: direction === "f", position: { timestamp: Number(timestamp), number: Number(number) - 1 } };
}
