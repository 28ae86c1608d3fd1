import { createHash } from "node:crypto";
import { appendFileSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../clock.js";
import { AwsError } from "../protocol/service.js";
import type { StateDirectory } from "../state.js";
import { storedMap } from "../stored-map.js";

/** All times are milliseconds since the epoch, as in the API. */
export interface LogGroup {
  name: string;
  region: string;
  creationTime: number;
  retentionInDays?: number;
  tags: Map<string, string>;
  streams: LogStream[];
}

export interface LogStream {
  name: string;
  creationTime: number;
  firstEventTimestamp?: number;
  lastEventTimestamp?: number;
  lastIngestionTime?: number;
  /** Number of events; the next event's `number`. */
  count: number;
}

export interface LogEvent {
  timestamp: number;
  ingestionTime: number;
  message: string;
  /** Position in the stream, in the order of arrival. */
  number: number;
}

/** Store of log groups and streams (a document) and their events (an append-only file of JSON lines per stream, or memory). */
export interface LogStore {
  groups(region: string): LogGroup[];
  find(region: string, group: string): LogGroup;
  findStream(group: LogGroup, stream: string): LogStream;
  addGroup(group: LogGroup): void;
  removeGroup(group: LogGroup): void;
  addStream(group: LogGroup, name: string): LogStream;
  removeStream(group: LogGroup, stream: LogStream): void;
  append(group: LogGroup, stream: LogStream, events: { timestamp: number; message: string }[]): void;
  /** Returns the events within the group's retention, in order of time. */
  read(group: LogGroup, stream: LogStream): LogEvent[];
  save(): void;
}

interface StoredLogs {
  groups?: (Omit<LogGroup, "tags"> & { tags: Record<string, string> })[];
}

const restore = ({ groups = [] }: StoredLogs) => ({
  groups: groups.map((group) => ({ ...group, tags: storedMap(group.tags) })),
});

const DAY = 24 * 3600_000;

export function openLogStore(state: StateDirectory, clock: Clock): LogStore {
  const document = state.document("logs", (): { groups: LogGroup[] } => ({ groups: [] }), restore);
  const { value } = document;
  const files = state.path === undefined ? memoryFiles() : diskFiles(join(state.path, "logs"));

  return {
    groups: (region) =>
      value.groups.filter((group) => group.region === region).sort((a, b) => (a.name < b.name ? -1 : 1)),
    find(region, name) {
      return (
        value.groups.find((group) => group.region === region && group.name === name) ??
        notFound("The specified log group does not exist.")
      );
    },
    findStream: (group, name) =>
      group.streams.find((stream) => stream.name === name) ?? notFound("The specified log stream does not exist."),
    addGroup(group) {
      value.groups.push(group);
      document.save();
    },
    removeGroup(group) {
      value.groups.splice(value.groups.indexOf(group), 1);
      files.remove(group);
      document.save();
    },
    addStream(group, name) {
      const stream: LogStream = { name, creationTime: clock.now(), count: 0 };
      group.streams.push(stream);
      document.save();
      return stream;
    },
    removeStream(group, stream) {
      group.streams.splice(group.streams.indexOf(stream), 1);
      files.remove(group, stream);
      document.save();
    },
    append(group, stream, events) {
      const ingestionTime = clock.now();
      // The newline comes first: a truncated line does not damage the next one.
      const lines = events.map(({ timestamp, message }) => `\n${JSON.stringify([timestamp, ingestionTime, message])}`);
      files.append(group, stream, lines.join(""));
      noteEvents(stream, events, ingestionTime);
      document.save();
    },
    read(group, stream) {
      const oldest = group.retentionInDays === undefined ? 0 : clock.now() - group.retentionInDays * DAY;
      return files
        .read(group, stream)
        .split("\n")
        .flatMap(readLine)
        .filter((event) => event.timestamp >= oldest)
        .sort(inOrder);
    },
    save: () => document.save(),
  };
}

/** By time, then by arrival. */
export function inOrder(a: LogEvent, b: LogEvent): number {
  return a.timestamp - b.timestamp || a.number - b.number;
}

function noteEvents(stream: LogStream, events: { timestamp: number }[], ingestionTime: number): void {
  for (const { timestamp } of events) {
    stream.firstEventTimestamp = Math.min(stream.firstEventTimestamp ?? timestamp, timestamp);
    stream.lastEventTimestamp = Math.max(stream.lastEventTimestamp ?? 0, timestamp);
  }
  stream.lastIngestionTime = ingestionTime;
  stream.count += events.length;
}

/** Content of the streams, a text for each. */
interface StreamFiles {
  append(group: LogGroup, stream: LogStream, text: string): void;
  /** Returns the text; empty for a stream without one. */
  read(group: LogGroup, stream: LogStream): string;
  /** Removes a stream's text, or all of a group. */
  remove(group: LogGroup, stream?: LogStream): void;
}

function diskFiles(directory: string): StreamFiles {
  const folderOf = (group: LogGroup) => join(directory, hash(`${group.region}/${group.name}`));
  // Names can contain slashes and dots: files are named by their hash.
  const fileOf = (group: LogGroup, stream: LogStream) => join(folderOf(group), `${hash(stream.name)}.jsonl`);
  return {
    append(group, stream, text) {
      mkdirSync(folderOf(group), { recursive: true, mode: 0o700 });
      appendFileSync(fileOf(group, stream), text, { mode: 0o600 });
    },
    read(group, stream) {
      try {
        return readFileSync(fileOf(group, stream), "utf8");
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
        throw error;
      }
    },
    remove: (group, stream) =>
      rmSync(stream ? fileOf(group, stream) : folderOf(group), { recursive: true, force: true }),
  };
}

function memoryFiles(): StreamFiles {
  const texts = new WeakMap<LogStream, string>();
  const read = (_: LogGroup, stream: LogStream) => texts.get(stream) ?? "";
  return {
    append: (group, stream, text) => void texts.set(stream, read(group, stream) + text),
    read,
    // A removed stream is no longer referenced.
    remove() {},
  };
}

/** One event, or none where the end of the process or of the disk has cut the line off. */
function readLine(line: string, number: number): LogEvent[] {
  try {
    const [timestamp, ingestionTime, message]: unknown[] = JSON.parse(line);
    const isEvent = typeof timestamp === "number" && typeof ingestionTime === "number" && typeof message === "string";
    return isEvent ? [{ timestamp, ingestionTime, message, number }] : [];
  } catch {
    return [];
  }
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}

function notFound(message: string): never {
  throw new AwsError("ResourceNotFoundException", message);
}
