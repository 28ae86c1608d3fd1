import { chunksOf } from "../aws/paging.js";
import { logReader } from "../ecs/log-stream.js";
import type { CurrentService } from "../ecs/service.js";
import type { Session } from "../rollout/session.js";
import { type LogChoice, type LogSource, sourceFinder } from "./log-sources.js";

export interface LogsOptions extends LogChoice {
  /** Milliseconds since the epoch. */
  since: number;
  /** Maximum number of lines at the start. */
  lines: number;
  /** Milliseconds for which new lines are shown; absent where only those that exist are wanted. */
  followMs?: number;
}

/** A line of a task's log. */
export interface TaskLine {
  at: number;
  text: string;
  task: string;
  container: string;
}

/** Result of one read of the logs. */
export interface LogsRead {
  /** In order of time. */
  lines: TaskLine[];
  /** Logs that this read saw for the first time. */
  added: LogSource[];
}

export interface LogsSummary {
  /** Number of lines that were shown, and of those that were left out at the start. */
  shown: number;
  omitted: number;
  sources: number;
  /** Number of tasks whose logs were not read. */
  left: number;
}

/** A stopped task's last lines reach CloudWatch Logs some seconds after its end. */
const readsAfterEnd = 5;
const pace = { poll: 2_000, perSource: 250, tasks: 5_000 };

interface Open {
  source: LogSource;
  read: ReturnType<typeof logReader>;
  /** Reads without new lines since the task has stopped. */
  quiet: number;
}

/**
 * Reads the logs of a service's tasks, and follows them until the time is over.
 * @param show Receives each read as it comes.
 */
export async function readLogs(
  session: Session,
  now: CurrentService,
  options: LogsOptions,
  show: (read: LogsRead) => void,
): Promise<LogsSummary> {
  const { clock, signal } = session;
  const find = sourceFinder(session, now, options);
  const open = new Map<string, Open>();
  const summary: LogsSummary = { shown: 0, omitted: 0, sources: 0, left: 0 };
  const deadline = clock.now() + (options.followMs ?? 0);
  let foundAt = Number.NEGATIVE_INFINITY;
  for (;;) {
    const added: LogSource[] = [];
    if (clock.now() - foundAt >= pace.tasks) {
      foundAt = clock.now();
      const { sources, left } = await find();
      summary.left = left;
      for (const source of sources) {
        const known = open.get(keyOf(source));
        if (known) known.source = source;
        else {
          const { place } = source;
          const read =
            "unavailable" in place ? async () => [] : logReader(session, place, options.since, options.lines);
          open.set(keyOf(source), { source, read, quiet: 0 });
          added.push(source);
        }
      }
    }
    const isFirst = summary.sources === 0;
    summary.sources = open.size;
    const lines = await readAll([...open.values()].filter(({ quiet }) => quiet < readsAfterEnd));
    const shown = isFirst ? lines.slice(-options.lines) : lines;
    summary.shown += shown.length;
    summary.omitted += lines.length - shown.length;
    show({ lines: shown, added });
    const rest = deadline - clock.now();
    if (rest <= 0) return summary;
    await clock.sleep(Math.min(rest, Math.max(pace.poll, open.size * pace.perSource)), signal);
  }
}

async function readAll(open: readonly Open[]): Promise<TaskLine[]> {
  const lines: TaskLine[] = [];
  for (const some of chunksOf(open, 5)) {
    const found = some.map(async (one) => {
      const read = await one.read();
      one.quiet = one.source.lastStatus === "STOPPED" && read.length === 0 ? one.quiet + 1 : 0;
      const { task, container } = one.source;
      return read.map((line) => ({ ...line, task, container }));
    });
    lines.push(...(await Promise.all(found)).flat());
  }
  return lines.sort((a, b) => a.at - b.at);
}

function keyOf({ task, container }: LogSource): string {
  return `${task} ${container}`;
}
