import { getTracer } from "@dagger.io/dagger/telemetry";
import type { Clock } from "../common/clock.js";
import { neutral, neutralJson } from "../common/foreign-text.js";
import { formatProgressEvent, type Progress, type ProgressEvent } from "../rollout/progress-event.js";
import { type Activity, noSpan, type Span } from "../rollout/session.js";

/** Milliseconds without a line after which a heartbeat line is shown: CI systems end jobs that are silent for minutes. */
const HEARTBEAT = 15_000;
/** Characters of a span's name: what fits on a terminal of 80 columns beside its indent and its duration. */
const LONGEST_NAME = 60;

/** An activity with a heartbeat, which `end` ends. */
export interface LiveActivity extends Activity {
  end(): void;
}

/** Adds a heartbeat to `progress`, and runs phases by `span`. The heartbeat names the phase that runs. */
export function startActivity(progress: Progress, clock: Clock, span: Span = noSpan): LiveActivity {
  const running: { name: string; since: number }[] = [];
  const ended = new AbortController();
  let lastLine = clock.now();
  const shown: Progress = (line, event) => {
    lastLine = clock.now();
    progress(line, event);
  };
  const beat = async (): Promise<void> => {
    for (;;) {
      await clock.sleep(Math.max(lastLine + HEARTBEAT - clock.now(), 1), ended.signal);
      const phase = running.at(-1);
      if (clock.now() - lastLine < HEARTBEAT) continue;
      const name = phase?.name ?? "the call";
      const seconds = Math.round((clock.now() - (phase?.since ?? lastLine)) / 1000);
      const heartbeat = { type: "heartbeat", phase: name, seconds } as const;
      shown(formatProgressEvent(heartbeat), heartbeat);
    }
  };
  beat().catch(() => undefined); // The sleep rejects when the activity ends.
  return {
    progress: shown,
    span: (name, work, failureOf) => {
      const phase = { name: shortened(name), since: clock.now() };
      running.push(phase);
      const leave = () => void running.splice(running.indexOf(phase), 1);
      return span(phase.name, work, failureOf).finally(leave);
    },
    end: () => ended.abort(),
  };
}

// https://opentelemetry.io/docs/specs/otel/trace/api/#set-status
const SPAN_ERROR = 2;

/**
 * Runs a phase as a span of the engine's trace. A revealed span is shown below its function in place of the engine's own steps, which
 * the display folds away. https://github.com/dagger/dagger/blob/v0.21.8/engine/telemetryattrs/attrs.go
 */
export const revealedSpan: Span = (name, work, failureOf) =>
  getTracer().startActiveSpan(
    name,
    async (span) => {
      const result = await work();
      const failure = failureOf?.(result);
      if (failure !== undefined) span.setStatus({ code: SPAN_ERROR, message: neutral(failure) });
      return result;
    },
    { "dagger.io/ui.reveal": true },
  );

/**
 * Records a progress event in the engine's trace: an internal span, which no display shows, with the event as JSON in its attribute
 * `slipway.progress`. A display that knows it shows facts without reading text.
 */
export function recordEvent(event: ProgressEvent): void {
  const attributes = {
    "dagger.io/ui.internal": true,
    "slipway.progress": neutralJson(JSON.stringify(event)).slice(0, longestEvent),
  };
  getTracer()
    .startActiveSpan("progress", async () => {}, attributes)
    .catch(() => {}); // Telemetry does not end a deploy.
}

/** Maximum length of a recorded event in characters; a longer one is cut, and no display reads it. */
const longestEvent = 8_000;

function shortened(name: string): string {
  return name.length <= LONGEST_NAME ? name : `${name.slice(0, LONGEST_NAME - 1)}…`;
}
