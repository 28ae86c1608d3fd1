/** CloudWatch Logs of a test: GetLogEvents with its tokens, which move through a stream. */
import type { JsonObject } from "../../lib/aws/raw-task-definition.js";
import { type FakeResponse, Fault } from "./fake-aws.js";

/** Lines by the stream's name, each with its time in milliseconds. */
export type Streams = Map<string, [at: number, message: string][]>;

/** @param pageSize Events of one page at most. */
export function scriptedLogs(streams: Streams, pageSize = 10_000): (input: JsonObject) => FakeResponse {
  return ({ logStreamName, startTime = 0, limit = pageSize, startFromHead, nextToken }) => {
    const stream = streams.get(String(logStreamName));
    if (!stream) return new Fault("ResourceNotFoundException", "The specified log stream does not exist.");
    const first = stream.findIndex(([at]) => at >= Number(startTime));
    const from = first < 0 ? stream.length : first;
    const size = Math.min(pageSize, Number(limit));
    const [, direction, position] = /^([fb])\/(\d+)$/.exec(String(nextToken ?? "")) ?? [];
    const isForward = direction === undefined ? startFromHead === true : direction === "f";
    const at = position === undefined ? (isForward ? from : stream.length) : Number(position);
    const [begin, end] = isForward ? [at, Math.min(stream.length, at + size)] : [Math.max(from, at - size), at];
    const events = stream.slice(begin, end).map(([timestamp, message]) => ({ timestamp, message }));
    return { events, nextForwardToken: `f/${end}`, nextBackwardToken: `b/${begin}` };
  };
}
