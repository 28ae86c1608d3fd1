import { normalPath } from "../content/tree.js";
import { StandInError } from "../errors.js";
import type { ContainerState, Healthcheck, ImageConfig } from "./state.js";

/** Changes of an image's config, each a pure function from state to state. */
export function withConfig(state: ContainerState, change: Partial<ImageConfig>): ContainerState {
  return { ...state, config: { ...state.config, ...change } };
}

export function withEnv(state: ContainerState, name: string, value: string | undefined): ContainerState {
  const others = (state.config.Env ?? []).filter((line) => !line.startsWith(`${name}=`));
  return withConfig(state, { Env: value === undefined ? others : [...others, `${name}=${value}`] });
}

export function envOf(state: ContainerState, name: string): string | undefined {
  const line = (state.config.Env ?? []).find((line) => line.startsWith(`${name}=`));
  return line?.slice(name.length + 1);
}

/** Returns the absolute path inside the container; a relative one starts at its working directory. */
export function pathIn(state: ContainerState, path: string): string {
  return `/${normalPath(path.startsWith("/") ? path : `${state.config.WorkingDir ?? "/"}/${path}`)}`;
}

export interface HealthcheckOptions {
  shell?: boolean;
  interval?: string;
  timeout?: string;
  startPeriod?: string;
  startInterval?: string;
  retries?: number;
}

export function healthcheck(args: string[], options: HealthcheckOptions): Healthcheck {
  return {
    Test: options.shell ? ["CMD-SHELL", args.join(" ")] : ["CMD", ...args],
    ...(options.interval && { Interval: nanoseconds(options.interval) }),
    ...(options.timeout && { Timeout: nanoseconds(options.timeout) }),
    ...(options.startPeriod && { StartPeriod: nanoseconds(options.startPeriod) }),
    ...(options.startInterval && { StartInterval: nanoseconds(options.startInterval) }),
    ...(options.retries !== undefined && { Retries: options.retries }),
  };
}

const units: Record<string, number> = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 };

/** Reads a duration in Go's format, such as `1m30s`. */
function nanoseconds(duration: string): number {
  const parts = [...duration.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g)];
  if (parts.map(([part]) => part).join("") !== duration || parts.length === 0) {
    throw new StandInError(`${JSON.stringify(duration)} is not a duration. Accepted: such as 10s, 1m30s or 500ms.`);
  }
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (units[unit ?? ""] ?? 0), 0);
}
