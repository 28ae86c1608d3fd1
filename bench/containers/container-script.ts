import type { TaskScript } from "../scenario/scenario.js";

/** Fault of the registry requests of one image pull. */
export interface PullFault {
  /** Delay of each manifest, in milliseconds. */
  delay?: number;
  /** Response to every request: this status, or a cut connection. */
  answer?: 403 | 404 | "cut";
}

/** Configuration that makes a real container follow a task script. */
export interface ContainerBehaviour {
  environment: Record<string, string>;
  command?: string[];
  pull: PullFault;
}

/** Pull and start failures that real containers can't reproduce, by ECS's message, with the reason. */
const unplayable: [pattern: RegExp, why: string][] = [
  [/retrieve secret/, "the local AWS keeps no secrets"],
  [/Capacity is unavailable|limit on the number of vCPUs/, "this machine has no capacity of AWS that could run out"],
];

/**
 * Returns the reason why a real container can't follow this script, or undefined when it can. Pure.
 * @param grace Milliseconds of the scenario in which failing checks have no effect.
 */
export function whyNotReal({ pullError = "", health, target }: TaskScript, grace: number): string | undefined {
  const known = unplayable.find(([pattern]) => pattern.test(pullError));
  if (known) return known[1];
  const first = [health?.[0], target?.[0]].filter((each) => each !== undefined);
  const silent = first.some((each) => isGood(each) && each.after > Math.max(LONGEST_SILENCE, grace));
  return silent ? "a check of a real container is answered or it fails, and never stays open for so long" : undefined;
}

/** Longest time before a passing check that a drill may skip without a different outcome, in milliseconds of a scenario. */
const LONGEST_SILENCE = 30_000;

/** @param port Port of the load balancer's target. @param factor Divisor of the script's times. Pure. */
export function containerBehaviour(script: TaskScript, port: number, factor: number): ContainerBehaviour {
  const seconds = (ms: number) => String(ms / factor / 1000);
  const { exit, stop, serves = {} } = script;
  const command = /executable file not found/.test(script.pullError ?? "") ? ["serve"] : undefined;
  const target = steps(
    script.target?.map(({ after, state, reason }) => ({ after, word: state === "healthy" ? "200" : wordOf(reason) })),
    { good: "200", bad: "503" },
  );
  const health = steps(
    script.health?.map(({ after, status }) => ({ after, word: status })),
    { good: "HEALTHY", bad: "UNHEALTHY" },
  );
  const line = ({ first, later }: ReturnType<typeof steps>) =>
    [first, ...later.map(({ wait, word }) => `${seconds(wait)}:${word}`)].join(" ");
  return {
    environment: {
      LISTEN: String(isElsewhere(script) ? port + 1 : port),
      TARGET: line(target),
      HEALTH: line(health),
      ...(exit && { EXIT_AFTER: seconds(exit.after), EXIT: exit.reason ? "memory" : String(exit.code) }),
      ...(stop !== undefined && { STOP: seconds(stop) }),
      ...(serves.version !== undefined && { SERVES: serves.version }),
      ...(serves.status !== undefined && { STATUS: String(serves.status) }),
      ...(serves.takes !== undefined && { TAKES: String(serves.takes / 1000) }),
    },
    ...(command && { command }),
    pull: pullOf(script, factor),
  };
}

/** Returns the environment of a sidecar container. @param port Port that no other container of the task uses. Pure. */
export function sidecarEnvironment(
  { sidecarExits = {}, pullError = "" }: TaskScript,
  name: string,
  port: number,
  factor: number,
): Record<string, string> {
  const exit = sidecarExits[name];
  return {
    LISTEN: String(port),
    TARGET: "200",
    HEALTH: neverHealthy.test(pullError) ? "hang" : "HEALTHY",
    ...(exit && { EXIT_AFTER: String(exit.after / factor / 1000), EXIT: String(exit.code) }),
  };
}

/** ECS's message when a container that the app depends on never becomes healthy. */
const neverHealthy = /dependency graph/;

function pullOf({ pull = 0, start = 0, pullError = "" }: TaskScript, factor: number): PullFault {
  if (neverHealthy.test(pullError)) return {};
  if (/not found$/.test(pullError)) return { answer: 404 };
  if (/403 Forbidden/.test(pullError)) return { answer: 403 };
  if (/connection issue/.test(pullError)) return { answer: "cut", delay: pull / factor };
  // A real container runs as soon as it starts: the simulated start time is added to its pull.
  return { delay: (pull + start) / factor };
}

/** Checks for a task that is never healthy and never responds: its container listens on another port. */
function isElsewhere({ target = [] }: TaskScript): boolean {
  return target[0]?.reason === "Health checks failed" && !target.some(({ state }) => state === "healthy");
}

function wordOf(reason = ""): string {
  if (reason === "Request timed out") return "hang";
  return /\[(\d+)\]/.exec(reason)?.[1] ?? "503";
}

interface Step {
  after: number;
  word: string;
}

/**
 * Returns the check's result from the first moment on (the script's first one, or a hanging check for an empty script) and its later
 * changes. A check that passes only after a long time fails before that, which the grace period hides.
 */
function steps(
  script: Step[] | undefined,
  { good, bad }: { good: string; bad: string },
): { first: string; later: { wait: number; word: string }[] } {
  const given = script ?? [{ after: 0, word: good }];
  const isLate = given[0]?.word === good && given[0].after > LONGEST_SILENCE;
  const [first, ...later] = isLate ? [{ after: 0, word: bad }, ...given] : given;
  const begin = first?.word ?? "hang";
  let last = 0;
  const waits = later.map(({ after, word }) => {
    const wait = after - last;
    last = after;
    return { wait, word };
  });
  return { first: begin, later: waits };
}

const isGood = (each: { status?: string; state?: string }) => each.status === "HEALTHY" || each.state === "healthy";
