import type { Style } from "./style.js";
import { fit, formatDuration, neutral } from "./text.js";

/** Members of the progress events of Slipway that are shown. docs/schemas/events-1.schema.json describes them all. */
interface Received {
  type: string;
  status?: string;
  stage?: string;
  running?: number;
  desired?: number;
  failed?: number;
  old?: number;
  draining?: number;
  percentReplaced?: number;
  secondsLeft?: number;
  step?: number;
  steps?: number;
  productionWeight?: number;
  testWeight?: number;
  hooks?: string[];
  message?: string;
  seconds?: number;
  requests?: number;
  versions?: { version: string; requests: number }[];
}

interface BlockView {
  columns: number;
  /** Milliseconds since the epoch. */
  now: number;
  style: Style;
}

/** The part of an ARN before its resource's name, which the call's target repeats. */
const arnPrefix = /\barn:aws[\w-]*:[\w-]+:[\w-]*:\d*:[\w-]+\//g;
/** Columns of a bar. */
const barWidth = 24;
/** Columns of the names of the rows. */
const nameWidth = 9;

/** The live block of a rollout: its state, tasks, traffic and last event, from the progress events of the module. */
export class RolloutBlock {
  private state: Received | undefined;
  private since = 0;
  private begun = 0;
  private lastEvent: string | undefined;
  private requests: Received | undefined;
  private usual: number | undefined;

  /** @param json A progress event. What is none is ignored: another module may send anything. */
  receive(json: string, now: number): void {
    const event = parsed(json);
    if (event?.type === "event" && typeof event.message === "string") {
      // ECS begins each message with the service's name, which the call names already.
      this.lastEvent = event.message.replace(/^\(service [^)]*\) /, "").replace(arnPrefix, "");
    }
    if (event?.type === "requests") this.requests = event;
    if (event?.type === "usual" && count(event.seconds) > 0) this.usual = count(event.seconds);
    if (event?.type !== "deployment" || typeof event.status !== "string") return;
    this.begun ||= now;
    this.state = event;
    this.since = now;
  }

  /**
   * Returns the time so far and the time left: by the service's usual duration, which is measured, else by the settings of the strategy and
   * the pace of the replacement.
   */
  private times({ secondsLeft }: Received, now: number): string[] {
    const { usual } = this;
    const soFar = `${formatDuration(now - this.begun)} so far`;
    if (usual !== undefined) {
      const left = usual - Math.round((now - this.begun) / 1_000);
      return [soFar, `${left > 0 ? `about ${about(left)} left` : "longer than usual"} (usually ${about(usual)})`];
    }
    const left = typeof secondsLeft === "number" ? Math.round(secondsLeft - (now - this.since) / 1_000) : 0;
    return [soFar, ...(left > 0 ? [`about ${about(left)} left`] : [])];
  }

  /** Returns the lines of the block; none before the rollout begins. */
  lines({ columns, now, style }: BlockView): string[] {
    const { state } = this;
    if (!state) return [];
    const rows: [name: string, bar: string, text: string][] = [
      ["rollout", "", [state.status, state.stage].filter(Boolean).join(", ")],
      ["time", "", this.times(state, now).join(", ")],
      ...tasksRow(state, style),
      ...trafficRow(state, style),
      ...requestsRow(this.requests),
      ...(hooksOf(state) ? [["waits for", "", hooksOf(state)] as [string, string, string]] : []),
      ...(this.lastEvent === undefined ? [] : [["event", "", this.lastEvent] as [string, string, string]]),
    ];
    return [
      "",
      ...rows.map(([name, bar, text]) => {
        const room = columns - nameWidth - 1 - (bar === "" ? 0 : barWidth + 1);
        return `${style.bold(name.padEnd(nameWidth))} ${bar === "" ? "" : `${bar} `}${fit(neutral(text), Math.max(room, 8))}`;
      }),
    ];
  }
}

function parsed(json: string): Received | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null ? (value as Received) : undefined;
  } catch {
    return undefined;
  }
}

const count = (value: unknown): number =>
  typeof value === "number" && Number.isFinite(value) ? Math.max(0, value) : 0;

/** Formats seconds that are an estimate: to 10 s, and from 10 minutes on to a minute. */
function about(seconds: number): string {
  const tens = Math.max(10, Math.round(seconds / 10) * 10);
  if (tens >= 600) return `${Math.round(seconds / 60)} min`;
  const [minutes, rest] = [Math.floor(tens / 60), tens % 60];
  return [minutes > 0 ? `${minutes} min` : "", rest > 0 ? `${rest} s` : ""].filter(Boolean).join(" ");
}

/** Failures stand first: they are the news. */
function requestsRow(event: Received | undefined): [string, string, string][] {
  const requests = count(event?.requests);
  if (!event || requests === 0) return [];
  const failed = count(event.failed);
  const by = Array.isArray(event.versions)
    ? event.versions.map((one) => `${count(one?.requests)} by ${one?.version}`)
    : [];
  const answered = `${Math.max(0, requests - failed)} answered`;
  return [["requests", "", [...(failed > 0 ? [`${failed} FAILED`] : ["0 failed"]), answered, ...by].join(", ")]];
}

/** New tasks are solid, starting ones dotted, old ones light, draining ones lines: readable without colour. */
function tasksRow(state: Received, style: Style): [string, string, string][] {
  if (typeof state.running !== "number") return [];
  const [running, desired, old, draining] = [state.running, state.desired, state.old, state.draining].map(count) as [
    number,
    number,
    number,
    number,
  ];
  const starting = Math.max(0, desired - running);
  const parts: [number, (text: string) => string, string][] = [
    [running, style.green, "█"],
    [starting, style.yellow, "·"],
    [old, style.blue, "▒"],
    [draining, style.faint, "-"],
  ];
  const failed = count(state.failed);
  const texts = [
    `${running} of ${desired} new`,
    ...(old > 0 ? [`${old} old`] : []),
    ...(draining > 0 ? [`${draining} draining`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(typeof state.percentReplaced === "number" ? [`${state.percentReplaced} %`] : []),
  ];
  return [["tasks", bar(parts), texts.join(", ")]];
}

function trafficRow({ productionWeight, testWeight, step, steps }: Received, style: Style): [string, string, string][] {
  if (typeof productionWeight !== "number") return [];
  const weight = Math.min(100, count(productionWeight));
  const texts = [
    `${weight} % new`,
    ...(count(steps) > 1 ? [`step ${count(step)} of ${count(steps)}`] : []),
    ...(count(testWeight) > 0 ? [`test ${count(testWeight)} %`] : []),
  ];
  return [
    [
      "traffic",
      bar([
        [weight, style.green, "█"],
        [100 - weight, style.blue, "▒"],
      ]),
      texts.join(", "),
    ],
  ];
}

/** Draws parts in proportion; one that is not 0 has at least one column. */
function bar(parts: readonly [number, (text: string) => string, string][]): string {
  const total = parts.reduce((sum, [size]) => sum + size, 0);
  if (total === 0) return " ".repeat(barWidth);
  let used = 0;
  const present = parts.filter(([size]) => size > 0);
  return present
    .map(([size, colour, sign], index) => {
      const isLast = index === present.length - 1;
      const room = barWidth - used - (present.length - 1 - index);
      const columns = isLast ? barWidth - used : Math.min(room, Math.max(1, Math.round((size / total) * barWidth)));
      used += columns;
      return colour(sign.repeat(columns));
    })
    .join("");
}

function hooksOf({ hooks }: Received): string {
  return Array.isArray(hooks) ? hooks.filter((hook) => typeof hook === "string").join(", ") : "";
}
