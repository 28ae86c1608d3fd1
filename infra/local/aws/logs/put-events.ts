import type { Clock } from "../clock.js";
import { number, records, required } from "../protocol/input.js";
import type { JsonObject, Operation } from "../protocol/service.js";
import { invalid } from "./names.js";
import type { LogStore } from "./store.js";
import { sequenceToken } from "./streams.js";

const HOUR = 3600_000;
/** Limits of AWS: events from 14 days ago to 2 hours ahead; 10,000 events and 1 MiB per batch, counting 26 bytes of overhead per event. */
const OLDEST = 14 * 24 * HOUR;
const NEWEST = 2 * HOUR;
const MOST_EVENTS = 10_000;
const MOST_BYTES = 1 << 20;
const OVERHEAD = 26;

/** PutLogEvents: adds a batch in order of time. Skips and reports events that are too old or too new. */
export function putLogEvents(store: LogStore, clock: Clock): Operation {
  return (input, caller) => {
    const group = store.find(caller.region, required(input, "logGroupName"));
    const stream = store.findStream(group, required(input, "logStreamName"));
    const events = (records(input, "logEvents") ?? []).map((event) => ({
      timestamp: number(event, "timestamp") ?? 0,
      message: required(event, "message"),
    }));
    checkBatch(events);
    const now = clock.now();
    const tooOld = events.filter((event) => event.timestamp < now - OLDEST).length;
    const fitting = events.filter((event) => event.timestamp >= now - OLDEST && event.timestamp <= now + NEWEST);
    if (fitting.length > 0) store.append(group, stream, fitting);
    const rejected: JsonObject = {
      ...(tooOld > 0 && { tooOldLogEventEndIndex: tooOld }),
      ...(tooOld + fitting.length < events.length && { tooNewLogEventStartIndex: tooOld + fitting.length }),
    };
    return {
      nextSequenceToken: sequenceToken(stream),
      ...(Object.keys(rejected).length > 0 && { rejectedLogEventsInfo: rejected }),
    };
  };
}

function checkBatch(events: { timestamp: number; message: string }[]): void {
  if (events.length < 1 || events.length > MOST_EVENTS) {
    throw invalid(`A batch of log events has between 1 and ${MOST_EVENTS} events; this one has ${events.length}.`);
  }
  if (events.some((event, index) => event.timestamp < (events[index - 1]?.timestamp ?? 0))) {
    throw invalid("Log events in a single PutLogEvents request must be in chronological order.");
  }
  const bytes = events.reduce((sum, event) => sum + Buffer.byteLength(event.message) + OVERHEAD, 0);
  if (bytes > MOST_BYTES) throw invalid(`Upload too large: ${bytes} bytes exceeds limit of ${MOST_BYTES}`);
}
