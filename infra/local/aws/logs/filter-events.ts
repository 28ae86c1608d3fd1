import { number, text, texts } from "../protocol/input.js";
import { page } from "../protocol/paging.js";
import type { Operation } from "../protocol/service.js";
import { placeId } from "./get-events.js";
import { badToken } from "./groups.js";
import { invalid } from "./names.js";
import { readPattern } from "./pattern.js";
import { inOrder, type LogGroup, type LogStore, type LogStream } from "./store.js";
import { findGroup } from "./streams.js";

const MOST_EVENTS = 10_000;

/** FilterLogEvents: events of several streams of a group, in order of time. Used by `aws logs tail`. */
export function filterLogEvents(store: LogStore): Operation {
  return (input, caller) => {
    const group = findGroup(store, input, caller);
    const streams = chosen(store, group, texts(input, "logStreamNames"), text(input, "logStreamNamePrefix"));
    const start = number(input, "startTime") ?? 0;
    const end = number(input, "endTime") ?? Number.MAX_SAFE_INTEGER;
    const matches = readPattern(text(input, "filterPattern") ?? "");

    const events = streams
      .flatMap((stream) => store.read(group, stream).map((event) => ({ ...event, stream })))
      .filter((event) => event.timestamp >= start && event.timestamp <= end && matches(event.message))
      .sort(inOrder);
    const limit = number(input, "limit") ?? MOST_EVENTS;
    const { items, nextToken } = page(events, limit, text(input, "nextToken"), badToken);
    return {
      events: items.map((event) => ({
        logStreamName: event.stream.name,
        timestamp: event.timestamp,
        message: event.message,
        ingestionTime: event.ingestionTime,
        eventId: eventId(group, event.stream, event),
      })),
      searchedLogStreams: [],
      ...(nextToken && { nextToken }),
    };
  };
}

function chosen(store: LogStore, group: LogGroup, names?: string[], prefix?: string): LogStream[] {
  if (names && prefix !== undefined) throw invalid("logStreamNames and logStreamNamePrefix can't be used together.");
  if (names) return names.map((name) => store.findStream(group, name));
  return group.streams.filter((stream) => stream.name.startsWith(prefix ?? ""));
}

/** Returns an event ID that is unique in the group: a tail uses it to skip events that it has shown. */
function eventId(group: LogGroup, stream: LogStream, event: { timestamp: number; number: number }): string {
  const streamNumber = String(group.streams.indexOf(stream)).padStart(6, "0");
  return placeId(event).replace(/^(.{28})0{6}/, `$1${streamNumber}`);
}
