import type { Snapshot } from "../../ecs/snapshot.js";

/** Answers of the public URL while ECS sent a fixed part of the production traffic to the new tasks. */
export interface TrafficShare {
  /** That part, in percent. */
  weight: number;
  /** Requests that a version answered, and those of them that the new version answered. */
  requests: number;
  right: number;
}

/** Milliseconds after a change of the weight in which answers do not count: a rule takes up to 14 s to reach every node of a load balancer. */
const settling = 20_000;

/** Counts answers by the weight at which they were requested. */
export interface ShareCounter {
  /** Notes the state before a request; returns the function that notes its answer. */
  begin(latest: Snapshot | undefined, at: number): (isRight: boolean) => void;
  /** Returns the counts in the order of the weights. */
  shares(): TrafficShare[];
}

/** An answer counts only when the weight was the same for a while before its request and at the next poll. */
export function createShareCounter(): ShareCounter {
  const counts = new Map<number, TrafficShare>();
  let open: { weight: number; isRight: boolean }[] = [];
  let present: { weight: number; since: number } | undefined;
  return {
    begin(latest, at) {
      const weight = latest?.ours?.status === "IN_PROGRESS" ? latest.ours.productionWeight : undefined;
      for (const one of open) if (one.weight === weight) count(counts, one.weight, one.isRight);
      open = [];
      if (weight !== present?.weight) present = weight === undefined ? undefined : { weight, since: at };
      if (weight === undefined || present === undefined || at - present.since < settling) return () => {};
      return (isRight) => void open.push({ weight, isRight });
    },
    shares: () => [...counts.values()].sort((a, b) => a.weight - b.weight),
  };
}

function count(counts: Map<number, TrafficShare>, weight: number, isRight: boolean): void {
  const known = counts.get(weight) ?? { weight, requests: 0, right: 0 };
  counts.set(weight, { weight, requests: known.requests + 1, right: known.right + (isRight ? 1 : 0) });
}

/** A share this improbable under its weight is reported. */
const improbable = 0.001;

/**
 * Returns true when so many or so few answers of the new version have a probability below 1 in 1,000 under the weight of ECS, by the binomial
 * distribution. A few requests prove nothing, and their share is not judged. Pure.
 */
export function isImprobable({ weight, requests, right }: TrafficShare): boolean {
  const part = Math.min(1, weight / 100);
  if (part === 0) return right > 0;
  if (part === 1) return right < requests;
  let logarithm = requests * Math.log1p(-part);
  let atMost = 0;
  let below = 0;
  for (let successes = 0; successes <= right; successes++) {
    below = atMost;
    atMost += Math.exp(logarithm);
    logarithm += Math.log((requests - successes) / (successes + 1)) + Math.log(part / (1 - part));
  }
  return Math.min(atMost, 1 - below) < improbable / 2;
}
