import { flag, number, required, text } from "../protocol/input.js";
import { page } from "../protocol/paging.js";
import { AwsError, type Caller, type JsonObject, type Operation } from "../protocol/service.js";
import { badToken, groupArn } from "./groups.js";
import { checkStreamName, invalid } from "./names.js";
import type { LogGroup, LogStore, LogStream } from "./store.js";

/** Operations on log streams. */
export function streamOperations(store: LogStore): Record<string, Operation> {
  return {
    CreateLogStream(input, caller) {
      const group = store.find(caller.region, required(input, "logGroupName"));
      const name = required(input, "logStreamName");
      checkStreamName(name);
      if (group.streams.some((stream) => stream.name === name)) {
        throw new AwsError("ResourceAlreadyExistsException", "The specified log stream already exists");
      }
      store.addStream(group, name);
      return {};
    },

    DescribeLogStreams(input, caller) {
      const group = findGroup(store, input, caller);
      const prefix = text(input, "logStreamNamePrefix") ?? "";
      const byTime = text(input, "orderBy") === "LastEventTime";
      if (byTime && prefix !== "") throw invalid("Cannot order by LastEventTime with a logStreamNamePrefix.");
      const found = group.streams.filter((stream) => stream.name.startsWith(prefix)).sort(byTime ? lastEvent : byName);
      if (flag(input, "descending")) found.reverse();
      const { items, nextToken } = page(found, number(input, "limit") ?? 50, text(input, "nextToken"), badToken);
      return { logStreams: items.map((stream) => describe(group, stream, caller)), ...(nextToken && { nextToken }) };
    },

    DeleteLogStream(input, caller) {
      const group = store.find(caller.region, required(input, "logGroupName"));
      store.removeStream(group, store.findStream(group, required(input, "logStreamName")));
      return {};
    },
  };
}

/** Returns the group that a request names by `logGroupName` or by `logGroupIdentifier` (name or ARN). */
export function findGroup(store: LogStore, input: JsonObject, caller: Caller): LogGroup {
  const name = text(input, "logGroupName") ?? text(input, "logGroupIdentifier")?.replace(/^arn:.*:log-group:/, "");
  if (name === undefined) throw invalid("Either logGroupName or logGroupIdentifier is required.");
  return store.find(caller.region, name.replace(/:\*$/, ""));
}

function describe(group: LogGroup, stream: LogStream, caller: Caller): JsonObject {
  return {
    logStreamName: stream.name,
    creationTime: stream.creationTime,
    ...(stream.firstEventTimestamp !== undefined && { firstEventTimestamp: stream.firstEventTimestamp }),
    ...(stream.lastEventTimestamp !== undefined && { lastEventTimestamp: stream.lastEventTimestamp }),
    ...(stream.lastIngestionTime !== undefined && { lastIngestionTime: stream.lastIngestionTime }),
    uploadSequenceToken: sequenceToken(stream),
    arn: `${groupArn(group, caller)}:log-stream:${stream.name}`,
    storedBytes: 0,
  };
}

/** Returns a sequence token, for old clients. AWS accepts any since 2023. */
export function sequenceToken(stream: LogStream): string {
  return String(stream.count).padStart(56, "0");
}

function byName(a: LogStream, b: LogStream): number {
  return a.name < b.name ? -1 : 1;
}

function lastEvent(a: LogStream, b: LogStream): number {
  return (a.lastEventTimestamp ?? 0) - (b.lastEventTimestamp ?? 0) || byName(a, b);
}
