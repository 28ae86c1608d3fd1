import type { Clock } from "../clock.js";
import type { Json } from "./service.js";

/** What goes wrong with a call. Plain data, so that it can be drawn from a seed, printed and shrunk. Times in milliseconds. */
export type Fault =
  /** `ThrottlingException`, `Rate exceeded`, HTTP 400; nothing is done. */
  | { kind: "throttled" }
  /** HTTP 500 from the service; nothing is done. */
  | { kind: "server-error" }
  /** HTTP 503 from what stands before the service; nothing is done. */
  | { kind: "unavailable" }
  /** `ExpiredTokenException`; nothing is done. */
  | { kind: "expired" }
  /** `AccessDeniedException` that names the action; nothing is done. */
  | { kind: "denied" }
  /** No answer, until the caller gives up. With `effect` the call is done all the same. */
  | { kind: "silent"; effect?: boolean }
  /** The connection is reset. With `effect` the call is done and only its answer is lost. */
  | { kind: "reset"; effect?: boolean }
  /** The call is done; the answer breaks off in its middle. */
  | { kind: "truncated" }
  /** What only reads answers as it would have so long ago. Others are done as ever. */
  | { kind: "stale"; by: number }
  /** The call is done at once, its answer comes so much later. */
  | { kind: "delayed"; by: number }
  /** The service's clock goes so far ahead (below 0: behind): its Date header, its check of signatures, the times in its answers. */
  | { kind: "skewed"; by: number }
  /**
   * A member of the answer has another value: a state or a field that no client knows yet. `*` in the path stands for each of a list;
   * what the path leads to need not be there before, what leads to it must.
   */
  | { kind: "changed"; path: string[]; value: Json };

/** Which calls a fault befalls: those that fit all that is said. */
export interface Befalls {
  /** Signing name, such as `ecs`. */
  service?: string;
  /** Such as `UpdateService` or, with an asterisk at its end, `Describe*`. */
  operation?: string;
  /** Of who calls. */
  accessKeyId?: string;
  /** Milliseconds since the rules came into force: the first moment, and the first one no more. */
  from?: number;
  until?: number;
  /** Of the calls that fit: how many pass first, and how many it befalls then. All, unless it is said. */
  skip?: number;
  times?: number;
  /** Which part of them, from 0 to 1; the seed decides which ones. */
  share?: number;
}

export type FaultRule = Fault & Befalls;

/** A call as far as faults are chosen by it. */
export interface FaultyCall {
  service: string;
  operation: string;
  accessKeyId: string;
}

/** Decides what goes wrong with each call. Anything that does can be given to the local AWS; `createFaults` makes one from rules. */
export interface Faults {
  /** Asked once for each call. */
  decide(call: FaultyCall): readonly Fault[];
  /** How far back a stale answer may look, in milliseconds: so long the past is kept. Absent: not at all. */
  pastKept?(): number;
}

export interface RuledFaults extends Faults {
  /** Puts other rules into force: counts and times begin anew. */
  replace(rules: readonly FaultRule[]): void;
  readonly rules: readonly FaultRule[];
  /** What has befallen whom so far, oldest first. `at` is milliseconds since the rules came into force. */
  readonly befallen: readonly (FaultyCall & { at: number; kind: Fault["kind"] })[];
}

/**
 * Faults by rules, which can be replaced while the local AWS runs.
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
  let befallen: (FaultyCall & { at: number; kind: Fault["kind"] })[] = [];

  function replace(next: readonly FaultRule[]) {
    for (const rule of next) check(rule);
    rules = next;
    since = clock.now();
    counts = next.map(() => 0);
    befallen = [];
  }
  replace(options.rules ?? []);

  return {
    replace,
    get rules() {
      return rules;
    },
    get befallen() {
      return befallen;
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
      for (const { kind } of hits) befallen.push({ ...call, at, kind });
      return hits;
    },
    pastKept: () => Math.max(0, ...rules.map((rule, index) => pastFor(rule, counts[index] ?? 0, clock.now() - since))),
  };
}

/** How much of the past a rule may still need: none before it comes into force or after it has had its calls. */
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

/** At least 0, below 1; of the rule's place and the call's number alone, so that taking one rule away changes no other. */
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

/** Rules come from files and command lines too: one that would never do anything is told at once. */
function check(rule: FaultRule): void {
  const shown = JSON.stringify(rule);
  if (!Object.hasOwn(KINDS, rule.kind)) {
    throw new Error(`The fault ${shown} is of no known kind: ${Object.keys(KINDS).join(", ")} are.`);
  }
  const missing = KINDS[rule.kind].filter((name) => (rule as unknown as Record<string, unknown>)[name] === undefined);
  if (missing.length > 0) throw new Error(`The fault ${shown} needs ${missing.join(" and ")}.`);
  const { from = 0, until = Number.POSITIVE_INFINITY, skip = 0, times = 1, share = 1 } = rule;
  if (from < 0 || until <= from) throw new Error(`The fault ${shown} is never in force: from 0 up, until after from.`);
  if (skip < 0 || times < 1 || share <= 0 || share > 1) {
    throw new Error(
      `The fault ${shown} befalls nothing: skip from 0, times from 1, share above 0 up to 1 are accepted.`,
    );
  }
}
