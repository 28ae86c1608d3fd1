import type { Clock } from "../common/clock.js";
import type { Progress, ProgressEvent } from "./progress-event.js";

/** A progress event, and the time at which it was reported: ISO 8601, on this machine's clock. */
export type RecordedEvent = { time: string } & (
  | ProgressEvent
  /** A line that does not describe the state of the rollout. */
  | { type: "note"; message: string }
  /** Stands for `count` events that were left out. */
  | { type: "omitted"; count: number }
);

/** Number of events that are kept: a rollout of minutes has about 50, one that fails for hours thousands. */
const kept = { first: 100, last: 200 };
/** Maximum characters of a text in an event; a longer one is cut. */
const longestText = 1_000;

/** Passes progress on and keeps its first and last events, for the result. */
export function recordProgress(progress: Progress, clock: Clock): { progress: Progress; events(): RecordedEvent[] } {
  const first: [number, object][] = [];
  let last: [number, object][] = [];
  let count = 0;
  return {
    progress(line, event) {
      const one: [number, object] = [clock.now(), event ?? { type: "note", message: line }];
      (count < kept.first ? first : last).push(one);
      if (last.length > 2 * kept.last) last = last.slice(-kept.last);
      count++;
      progress(line, event);
    },
    events() {
      const end = last.slice(-kept.last);
      const omitted = count - first.length - end.length;
      const gap: [number, object][] = omitted > 0 ? [[end[0]?.[0] ?? 0, { type: "omitted", count: omitted }]] : [];
      return [...first, ...gap, ...end].map(
        ([at, event]) => ({ time: new Date(at).toISOString(), ...shortened(event) }) as RecordedEvent,
      );
    },
  };
}

function shortened(event: object): object {
  const cut = (value: unknown) =>
    typeof value === "string" && value.length > longestText ? `${value.slice(0, longestText)}…` : value;
  return Object.fromEntries(Object.entries(event).map(([name, value]) => [name, cut(value)]));
}
