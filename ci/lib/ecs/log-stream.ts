import { abort, sdk } from "../aws/sdk.js";
import type { EcsContext } from "./context.js";
import type { LogPlace } from "./log-tail.js";

export interface LogLine {
  /** Milliseconds since the epoch, as the container's log driver wrote it. */
  at: number;
  text: string;
}

/** Maximum number of pages in one read: CloudWatch Logs returns a page of up to 1 MiB or 10,000 events. */
const mostPages = 5;

/**
 * Returns a reader of a log stream. Its first call returns the last lines, each further call those that were written since. A stream that
 * does not exist yet has no lines.
 * @param since Start of the first read, in milliseconds since the epoch.
 * @param lines Maximum number of lines of the first read.
 */
export function logReader(
  context: EcsContext,
  { group, stream }: LogPlace,
  since: number,
  lines: number,
): () => Promise<LogLine[]> {
  let forward: string | undefined;
  const page = async (nextToken: string | undefined, startFromHead: boolean) => {
    const place = { logGroupName: group, logStreamName: stream, startTime: since };
    const input = { ...place, limit: lines, startFromHead, ...(nextToken !== undefined && { nextToken }) };
    const answer = await context.aws.logs.send(new sdk.logs.GetLogEventsCommand(input), abort(context));
    const found = (answer.events ?? []).map(({ timestamp = 0, message = "" }) => ({
      at: timestamp,
      text: message.trimEnd(),
    }));
    return { found, forward: answer.nextForwardToken, backward: answer.nextBackwardToken };
  };
  /** A page may be empty although older ones are not: only a token that does not change ends the stream. */
  const last = async () => {
    let { found, forward: next, backward } = await page(undefined, false);
    forward = next;
    for (let pages = 1; pages < mostPages && found.length < lines && backward !== undefined; pages++) {
      const older = await page(backward, false);
      found = [...older.found, ...found];
      if (older.backward === backward) break;
      backward = older.backward;
    }
    return found.slice(-lines);
  };
  const newer = async () => {
    const found: LogLine[] = [];
    for (let pages = 0; pages < mostPages; pages++) {
      const next = await page(forward, true);
      found.push(...next.found);
      const isEnd = next.forward === undefined || next.forward === forward;
      forward = next.forward ?? forward;
      if (isEnd) break;
    }
    return found;
  };
  return async () => {
    try {
      return await (forward === undefined ? last() : newer());
    } catch (error) {
      if ((error as Error).name === "ResourceNotFoundException") return [];
      throw error;
    }
  };
}
