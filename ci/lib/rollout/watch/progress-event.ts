/** One thing that happens in a rollout, as data. All numbers are counts unless they say otherwise. */
export type ProgressEvent =
  /** The service's own words. `at` is AWS's time, in milliseconds since the epoch; `times` where it has said the same more than once in a row. */
  | { type: "event"; at: number; message: string; times?: number }
  /** A task of ours has changed. `reason` is why it stopped. */
  | ({ type: "task"; task: string } & TaskState)
  /** So many of our tasks are in this state by now, where there are too many to be told one by one. */
  | ({ type: "tasks"; count: number; desired: number } & TaskState)
  | DeploymentState
  /** No line was shown for a while. `phase` is the one that runs, for `seconds` so far. */
  | { type: "heartbeat"; phase: string; seconds: number };

export interface TaskState {
  status: string;
  /** HEALTHY or UNHEALTHY; absent where it is not known. */
  health?: string;
  reason?: string;
}

/** Where our deployment stands. */
export interface DeploymentState {
  type: "deployment";
  /** The service deployment's, or the classic deployment's rollout state where that can't be read. */
  status: string;
  /** Such as BAKE_TIME. */
  stage?: string;
  /** Of the classic deployment, where it is not PRIMARY (any more): ACTIVE, INACTIVE. */
  role?: string;
  running?: number;
  desired?: number;
  failed?: number;
  /** How much of the replacement is done, 0 to 100. */
  percentReplaced?: number;
  /** An estimate; absent while nothing is known that it could rest on. */
  secondsLeft?: number;
}

/**
 * Told what happens, as it happens: a line for people, and what the line says as data where it tells of the rollout itself.
 * Whoever takes lines alone leaves the second out.
 */
export type Progress = (line: string, happening?: ProgressEvent) => void;

/** In one line for people. */
export function formatProgressEvent(happening: ProgressEvent): string {
  switch (happening.type) {
    case "event":
      return `event: ${happening.message}${happening.times === undefined ? "" : ` (${happening.times} times)`}`;
    case "task":
      return `task ${happening.task.slice(0, 8)}: ${stateText(happening)}`;
    case "tasks":
      return sumText(happening);
    case "deployment":
      return deploymentText(happening);
    case "heartbeat":
      return `still running: ${happening.phase}, ${happening.seconds} s so far`;
  }
}

/** Those that have STOPPED add up, beyond what is desired. */
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
  const { failed = 0, percentReplaced, secondsLeft } = rest;
  const state = [status, stage].filter((one) => one !== undefined).join(", ");
  const counts = [
    ...(running === undefined ? [] : [`${running} of ${desired} running`]),
    ...(failed === 0 ? [] : [`${failed} failed`]),
    ...(percentReplaced === undefined ? [] : [`${percentReplaced} % replaced`]),
    ...(secondsLeft === undefined ? [] : [`about ${duration(secondsLeft)} left`]),
  ];
  const details = counts.length > 0 ? `: ${counts.join(", ")}` : "";
  return `deployment ${state}${role === undefined ? "" : ` (now ${role})`}${details}`;
}

function duration(seconds: number): string {
  return seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}
