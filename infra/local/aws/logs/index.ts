import type { Clock } from "../clock.js";
import type { Service } from "../protocol/service.js";
import type { StateDirectory } from "../state.js";
import { filterLogEvents } from "./filter-events.js";
import { getLogEvents } from "./get-events.js";
import { groupOperations } from "./groups.js";
import { putLogEvents } from "./put-events.js";
import type { LogSink } from "./sink.js";
import { type LogStore, openLogStore } from "./store.js";
import { streamOperations } from "./streams.js";

export interface Logs {
  service: Service;
  /** Returns the sink for the container logs of a region. */
  sink(region: string): LogSink;
}

/** Creates Amazon CloudWatch Logs, with the operations that log drivers and tails use. */
export function createLogs(deps: { state: StateDirectory; clock: Clock; log: (line: string) => void }): Logs {
  const store = openLogStore(deps.state, deps.clock);
  return {
    service: {
      signingName: "logs",
      targetPrefix: "Logs_20140328",
      operations: {
        ...groupOperations(store, deps.clock),
        ...streamOperations(store),
        PutLogEvents: putLogEvents(store, deps.clock),
        GetLogEvents: getLogEvents(store),
        FilterLogEvents: filterLogEvents(store),
      },
    },
    sink: (region) => createSink(store, region, deps),
  };
}

function createSink(store: LogStore, region: string, deps: { clock: Clock; log: (line: string) => void }): LogSink {
  const find = (name: string) => store.groups(region).find((group) => group.name === name);
  return {
    groupExists: (name) => find(name) !== undefined,
    createGroup(name) {
      if (!find(name)) store.addGroup({ name, region, creationTime: deps.clock.now(), tags: new Map(), streams: [] });
    },
    append(name, streamName, events) {
      const group = find(name);
      if (!group || events.length === 0) return;
      const stream = group.streams.find((each) => each.name === streamName) ?? store.addStream(group, streamName);
      try {
        store.append(group, stream, events);
      } catch (error) {
        // A full disk must not end a container: a failing CloudWatch would not either.
        deps.log(`${events.length} log lines of ${name} ${streamName} are lost: ${(error as Error).message}`);
      }
    },
  };
}
