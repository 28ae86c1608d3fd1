import { shortArns } from "../common/aws-names.js";
import type { Finding } from "./preflight/finding.js";

/** One event of a rollout, as data. All numbers are counts unless stated otherwise. */
export type ProgressEvent =
  /** A preflight finding that does not stop the deploy. */
  | ({ type: "finding"; ignored: boolean } & Finding)
  /** Ids of the findings whose facts could not be read; `plan` shows why. */
  | { type: "not-checked"; ids: string[] }
  /**
   * An event message of the service. `at` is AWS's time, in milliseconds since the epoch; `times` is present when the message was repeated
   * in a row.
   */
  | { type: "event"; at: number; message: string; times?: number }
  /** A task of ours changed. `reason` is ECS's reason for a stop. */
  | ({ type: "task"; task: string } & TaskState)
  /** `count` of our tasks are in this state; sent in place of `task` when there are too many to list each. */
  | ({ type: "tasks"; count: number; desired: number } & TaskState)
  | DeploymentState
  /** The release is requested at the public URL until it responds well, or is proven wrong. */
  | { type: "verification"; url: string; version: string }
  /** Median duration of the service's last successful deployments with the same strategy, steps and waits, and their number. */
  | { type: "usual"; strategy: string; seconds: number; deployments: number }
  /** Requests to the public URL since the rollout is watched. */
  | ({ type: "requests"; url: string } & RequestCounts)
  /** A gate of the target has requested its URL at a pause, and ended the pause, or left it to a user (`NONE`). */
  | {
      type: "gate";
      stage: string;
      hookId: string;
      url: string;
      answered: string;
      action: "CONTINUE" | "ROLLBACK" | "NONE";
      /** Reason for which the action was refused. */
      refused?: string;
    }
  /** No line was printed for a while. `phase` has run for `seconds` so far. */
  | { type: "heartbeat"; phase: string; seconds: number };

interface RequestCounts {
  /** Number of finished requests, failed ones included. */
  requests: number;
  /** Number of those with a server error or no response. */
  failed: number;
  /** Number of responses by the version in them: the first five versions. */
  versions: { version: string; requests: number }[];
}

export interface TaskState {
  status: string;
  /** HEALTHY or UNHEALTHY; absent where it is not known. */
  health?: string;
  reason?: string;
}

/** State of our deployment. */
export interface DeploymentState {
  type: "deployment";
  /** Status of the service deployment, or the rollout state of the classic deployment when that can't be read. */
  status: string;
  /** Such as BAKE_TIME. */
  stage?: string;
  /** Of the classic deployment, where it is not PRIMARY (any more): ACTIVE, INACTIVE. */
  role?: string;
  running?: number;
  desired?: number;
  failed?: number;
  /** Tasks of earlier revisions that run, and those of them that finish their requests before they stop. */
  old?: number;
  draining?: number;
  /** Finished part of the replacement, 0 to 100. */
  percentReplaced?: number;
  /** An estimate; absent while there is no basis for one. */
  secondsLeft?: number;
  /** Of a deployment that moves traffic by weight: BLUE_GREEN, LINEAR, CANARY. */
  strategy?: string;
  /** Number of production traffic shifts that have taken place, and of all. */
  step?: number;
  steps?: number;
  /** Share of the production and of the test traffic that ECS sends to the new tasks, in percent. */
  productionWeight?: number;
  testWeight?: number;
  /** Seconds that are left at most of the bake time, or of the wait between two traffic shifts. */
  waitSecondsLeft?: number;
  /** Lifecycle hooks that the stage waits for: ids of those that wait for a user, and names of Lambda functions that run. */
  hooks?: string[];
}

/**
 * Receives progress as it happens: a line for people, and the same as data when the line is about the rollout itself. A receiver that
 * needs only lines omits the second parameter.
 */
export type Progress = (line: string, event?: ProgressEvent) => void;

/** Formats an event as one line for people. */
export function formatProgressEvent(event: ProgressEvent): string {
  switch (event.type) {
    case "finding":
      return event.ignored
        ? `Preflight: ignored ${event.id}: ${event.what}`
        : `Preflight: ${event.level} ${event.id}: ${event.what} Fix: ${event.fix}`;
    case "not-checked":
      return `Preflight: not checked: ${event.ids.join(", ")} (plan shows why).`;
    case "event":
      return `event: ${shortArns(event.message)}${event.times === undefined ? "" : ` (${event.times} times)`}`;
    case "task":
      return `task ${event.task.slice(0, 8)}: ${stateText(event)}`;
    case "tasks":
      return sumText(event);
    case "deployment":
      return deploymentText(event);
    case "verification":
      return `Requesting ${event.version} at ${event.url}.`;
    case "usual":
      return `${event.strategy} deployments of this service usually take ${usualText(event.seconds)} (median of ${event.deployments}).`;
    case "requests":
      return `requests: ${requestsText(event)}`;
    case "gate":
      return gateText(event);
    case "heartbeat":
      return `still running: ${event.phase}, ${event.seconds} s so far`;
  }
}

/** Formats a duration that is no more exact than its source: to 10 s, and above 10 minutes to a minute. */
export function usualText(seconds: number): string {
  const tens = Math.max(10, Math.round(seconds / 10) * 10);
  if (tens >= 600) return `${Math.round(seconds / 60)} min`;
  const [minutes, rest] = [Math.floor(tens / 60), tens % 60];
  return [...(minutes > 0 ? [`${minutes} min`] : []), ...(rest > 0 ? [`${rest} s`] : [])].join(" ");
}

/** Formats counts, such as `45 answered, 0 failed: 40 by v1.0.0, 5 by v1.1.0`. */
function requestsText({ requests, failed, versions }: RequestCounts): string {
  const by = versions.map((one) => `${one.requests} by ${one.version}`).join(", ");
  return `${requests - failed} answered, ${failed} failed${by && `: ${by}`}`;
}

function gateText({ stage, hookId, url, answered, action, refused }: ProgressEvent & { type: "gate" }): string {
  const done = { CONTINUE: "continues", ROLLBACK: "rolls back", NONE: "is left to a user" }[action];
  const why = refused === undefined ? "" : ` (${refused})`;
  return `gate at ${stage}: ${url} answered ${answered}; the pause ${hookId} ${done}${why}`;
}

/** STOPPED tasks add up, so their count can exceed the desired count. */
function sumText({ count, desired, ...state }: { count: number; desired: number } & TaskState): string {
  const { status, ...why } = state;
  return status === "STOPPED"
    ? `${count} tasks ${stateText({ status: "STOPPED so far", ...why })}`
    : `${count} of ${desired} tasks ${stateText(state)}`;
}

function stateText({ status, health, reason }: TaskState): string {
  return `${status}${health === undefined ? "" : `, ${health}`}${reason === undefined ? "" : ` (${reason})`}`;
}

function deploymentText({ status, stage, role, running, desired, ...rest }: DeploymentState): string {
  const { failed = 0, percentReplaced, secondsLeft, hooks } = rest;
  const state = [status, stage].filter((one) => one !== undefined).join(", ");
  const counts = [
    ...trafficTexts(rest),
    ...(running === undefined ? [] : [`${running} of ${desired} running`]),
    ...(failed === 0 ? [] : [`${failed} failed`]),
    ...(percentReplaced === undefined ? [] : [`${percentReplaced} % replaced`]),
    ...(hooks === undefined ? [] : [`waits for ${hooks.length === 1 ? "hook" : "hooks"} ${hooks.join(", ")}`]),
    ...waitTexts(rest),
    ...(secondsLeft === undefined ? [] : [`about ${duration(secondsLeft)} left`]),
  ];
  const details = counts.length > 0 ? `: ${counts.join(", ")}` : "";
  return `deployment ${state}${role === undefined ? "" : ` (now ${role})`}${details}`;
}

/** Such as `production 30 % (step 3 of 10)` and `test 100 %`. */
function trafficTexts({ productionWeight, testWeight, step = 0, steps = 1 }: Partial<DeploymentState>): string[] {
  const steppedText = steps > 1 ? ` (step ${step} of ${steps})` : "";
  return [
    ...(productionWeight === undefined ? [] : [`production ${productionWeight} %${steppedText}`]),
    ...(testWeight === undefined ? [] : [`test ${testWeight} %`]),
  ];
}

function waitTexts({ waitSecondsLeft, step, steps }: Partial<DeploymentState>): string[] {
  if (waitSecondsLeft === undefined) return [];
  return [`at most ${duration(waitSecondsLeft)} ${step === steps ? "of bake time" : "until the next step"}`];
}

function duration(seconds: number): string {
  return seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}
