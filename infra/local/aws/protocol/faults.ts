import type { Clock } from "../clock.js";
import type { Json } from "./service.js";

/** Fault of a call. Plain data, so that it can be drawn from a seed, printed and shrunk. Times in milliseconds. */
export type Fault =
  /** `ThrottlingException`, `Rate exceeded`, HTTP 400; nothing is done. */
  | { kind: "throttled" }
  /** HTTP 500 from the service; nothing is done. */
  | { kind: "server-error" }
  /** HTTP 503 from the front end of the service; nothing is done. */
  | { kind: "unavailable" }
  /** `ExpiredTokenException`; nothing is done. */
  | { kind: "expired" }
  /** `AccessDeniedException` that names the action; nothing is done. */
  | { kind: "denied" }
  /** No response, until the client times out. With `effect` the operation runs. */
  | { kind: "silent"; effect?: boolean }
  /** The connection is reset. With `effect` the operation runs and only its response is lost. */
  | { kind: "reset"; effect?: boolean }
  /** The operation runs; the response is cut off in the middle. */
  | { kind: "truncated" }
  /** Read operations return the state of `by` milliseconds ago. Other operations run normally. */
  | { kind: "stale"; by: number }
  /** The operation runs at once; its response is sent `by` milliseconds later. */
  | { kind: "delayed"; by: number }
  /** The service's clock is `by` milliseconds ahead (negative: behind): Date header, signature check, times in responses. */
  | { kind: "skewed"; by: number }
  /**
   * A member of the response has another value, such as a state or a field that clients don't know yet. `*` in the path is every item of a
   * list. The last member of the path may be absent; its parents must exist.
   */
  | { kind: "changed"; path: string[]; value: Json };

/** Selection of the calls that a fault applies to: those that match all given members. */
interface FaultSelection {
  /** Signing name, such as `ecs`. */
  service?: string;
  /** Such as `UpdateService` or, with an asterisk at its end, `Describe*`. */
  operation?: string;
  /** Access key of the caller. */
  accessKeyId?: string;
  /** Start (inclusive) and end (exclusive), in milliseconds since the rules were set. */
  from?: number;
  until?: number;
  /** Number of matching calls that pass first, and number of calls that fail then. Defaults: 0 and all. */
  skip?: number;
  times?: number;
  /** Share of the matching calls, from 0 to 1; the seed selects them. */
  share?: number;
}

export type FaultRule = Fault & FaultSelection;

/** Properties of a call that select its faults. */
interface FaultyCall {
  service: string;
  operation: string;
  accessKeyId: string;
}

/** Source of faults for the local AWS. `createFaults` creates one from rules. */
export interface Faults {
  /** Returns the faults of a call. Called once per call. */
  decide(call: FaultyCall): readonly Fault[];
  /** Returns the age of the oldest stale response, in milliseconds; past state is kept that long. Absent: 0. */
  pastKept?(): number;
}

export interface RuledFaults extends Faults {
  /** Replaces the rules; counts and times start at 0 again. */
  replace(rules: readonly FaultRule[]): void;
  readonly rules: readonly FaultRule[];
  /** Injected faults so far, oldest first. `at` is milliseconds since the rules were set. */
  readonly injected: readonly (FaultyCall & { at: number; kind: Fault["kind"] })[];
}

/**
 * Creates faults from rules, which can be replaced while the local AWS runs.
 *
 * @example
 * const faults = createFaults({ clock: systemClock, rules: [{ kind: "throttled", operation: "Describe*", times: 3 }] });
 * await startLocalAws({ ...options, faults });
 * faults.replace([]);
 */
export function createFaults(options: { clock: Clock; rules?: readonly FaultRule[]; seed?: number }): RuledFaults {
  const { clock, seed = 1 } = options;
  let rules: readonly FaultRule[] = [];
  let since = 0;
  let counts: number[] = [];
  let injected: (FaultyCall & { at: number; kind: Fault["kind"] })[] = [];

  function replace(next: readonly FaultRule[]) {
    for (const rule of next) check(rule);
    rules = next;
    since = clock.now();
    counts = next.map(() => 0);
    injected = [];
  }
  replace(options.rules ?? []);

  return {
    replace,
    get rules() {
      return rules;
    },
    get injected() {
      return injected;
    },
    decide(call) {
      const at = clock.now() - since;
      const hits = rules.filter((rule, index) => {
        if (!fits(rule, call, at)) return false;
        const count = counts[index] ?? 0;
        counts[index] = count + 1;
        const { skip = 0, times = Number.POSITIVE_INFINITY, share = 1 } = rule;
        return count >= skip && count < skip + times && draw(seed, index, count) < share;
      });
      for (const { kind } of hits) injected.push({ ...call, at, kind });
      return hits;
    },
    pastKept: () => Math.max(0, ...rules.map((rule, index) => pastFor(rule, counts[index] ?? 0, clock.now() - since))),
  };
}

/** Returns the past that a rule can still need, in milliseconds: 0 before its start and after its last call. */
function pastFor(rule: FaultRule, count: number, at: number): number {
  if (rule.kind !== "stale") return 0;
  const { from = 0, until = Number.POSITIVE_INFINITY, skip = 0, times = Number.POSITIVE_INFINITY } = rule;
  return at >= from - rule.by && at < until && count < skip + times ? rule.by : 0;
}

function fits(rule: FaultRule, call: FaultyCall, at: number): boolean {
  return (
    (rule.service === undefined || rule.service === call.service) &&
    (rule.operation === undefined || named(rule.operation, call.operation)) &&
    (rule.accessKeyId === undefined || rule.accessKeyId === call.accessKeyId) &&
    at >= (rule.from ?? 0) &&
    at < (rule.until ?? Number.POSITIVE_INFINITY)
  );
}

const named = (pattern: string, name: string) =>
  pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : pattern === name;

/** Returns a number from 0 to 1 that depends on the rule's index and the call's number only, so that removing a rule changes no other. */
function draw(seed: number, rule: number, count: number): number {
  let mixed =
    Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(rule + 1, 0xc2b2ae35) ^ Math.imul(count + 1, 0x27d4eb2f);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
  mixed = Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39);
  return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
}

const KINDS: Record<Fault["kind"], string[]> = {
  throttled: [],
  "server-error": [],
  unavailable: [],
  expired: [],
  denied: [],
  silent: [],
  reset: [],
  truncated: [],
  stale: ["by"],
  delayed: ["by"],
  skewed: ["by"],
  changed: ["path", "value"],
};

/** Rejects a rule that never applies. Rules come from files and command lines too. */
function check(rule: FaultRule): void {
  const shown = JSON.stringify(rule);
  if (!Object.hasOwn(KINDS, rule.kind)) {
    throw new Error(`The fault ${shown} has an unknown kind. Accepted: ${Object.keys(KINDS).join(", ")}.`);
  }
  const missing = KINDS[rule.kind].filter((name) => (rule as unknown as Record<string, unknown>)[name] === undefined);
  if (missing.length > 0) throw new Error(`The fault ${shown} needs ${missing.join(" and ")}.`);
  const { from = 0, until = Number.POSITIVE_INFINITY, skip = 0, times = 1, share = 1 } = rule;
  if (from < 0 || until <= from)
    throw new Error(`The fault ${shown} never applies. Accepted: from at least 0, until greater than from.`);
  if (skip < 0 || times < 1 || share <= 0 || share > 1) {
    throw new Error(
      `The fault ${shown} never applies. Accepted: skip at least 0, times at least 1, share above 0 and up to 1.`,
    );
  }
}
