import { setTimeout as delay } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { DescribeServiceDeploymentsCommand, type ECSClient, ListServiceDeploymentsCommand } from "@aws-sdk/client-ecs";
import type { LoadAnswer } from "./load.js";
import { dividedSteps, type Strategy } from "./strategy.js";

/** Percent of the traffic that the new revision is to receive, from one time to the next one. Times as of `performance.now()`. */
export interface TrafficPhase {
  production: number;
  test: number;
  from: number;
  until: number;
}

/** Watches the traffic weights of a service's next deployment. */
export interface TrafficWatch {
  stop(): Promise<TrafficPhase[]>;
}

const INTERVAL = 200;

/** @param atTestShift Called once, when test traffic has moved and production traffic has not. */
export function watchTraffic(
  ecs: ECSClient,
  { cluster, service }: { cluster: string; service: string },
  atTestShift: () => Promise<void>,
): TrafficWatch {
  const ended = new AbortController();
  const phases: TrafficPhase[] = [];
  const started = new Date();
  let tested: Promise<void> | undefined;

  async function poll(): Promise<void> {
    const listed = await ecs.send(
      new ListServiceDeploymentsCommand({ cluster, service, createdAt: { after: started } }),
    );
    const serviceDeploymentArns = listed.serviceDeployments?.slice(0, 1).map((each) => each.serviceDeploymentArn ?? "");
    if (!serviceDeploymentArns?.length) return;
    const { serviceDeployments } = await ecs.send(new DescribeServiceDeploymentsCommand({ serviceDeploymentArns }));
    const weights = serviceDeployments?.[0]?.targetServiceRevision;
    if (weights?.requestedProductionTrafficWeight === undefined) return;
    const production = weights.requestedProductionTrafficWeight;
    const test = weights.requestedTestTrafficWeight ?? 0;
    const now = performance.now();
    const last = phases.at(-1);
    if (last?.production === production && last.test === test) last.until = now;
    else phases.push({ production, test, from: now, until: now });
    if (test === 100 && production === 0) tested ??= atTestShift();
  }

  const polling = (async () => {
    while (!ended.signal.aborted) {
      await poll();
      await delay(INTERVAL, undefined, { signal: ended.signal }).catch(() => {});
    }
    await tested;
  })();
  // A failure is reported by `stop`.
  polling.catch(() => {});
  return {
    async stop() {
      ended.abort();
      await polling;
      return phases;
    },
  };
}

/** Time that a changed listener rule takes at most until every answer follows it, in milliseconds: the load balancer's own delay is 250 ms. */
export const SETTLING = 1_000;

/** Measured share of a step of a traffic shift. */
export interface MeasuredShare {
  /** Percent of the step. */
  requested: number;
  /** Percent of the answers that came from the version. */
  measured: number;
  answers: number;
}

/** Returns the measured share of each phase in which production traffic was divided, without the time in which the rule spread. */
export function measureShares(
  phases: readonly TrafficPhase[],
  answers: readonly LoadAnswer[],
  version: string,
): MeasuredShare[] {
  return phases
    .filter(({ production }) => production > 0 && production < 100)
    .map(({ production, from, until }) => {
      const within = answers.filter(({ at }) => at >= from + SETTLING && at <= until);
      const own = within.filter((answer) => answer.version === version).length;
      return { requested: production, measured: (100 * own) / Math.max(1, within.length), answers: within.length };
    });
}

/** Returns one line for each step. */
export const describeShares = (shares: readonly MeasuredShare[], version: string): string[] =>
  shares.map(
    ({ requested, measured, answers }) =>
      `${version} at ${requested} % of the traffic: served ${measured.toFixed(1)} % of ${answers} requests`,
  );

/**
 * Requires that each step of a strategy was measured, and that each measured share is within 5 percent points of its step's.
 *
 * @throws {Error} Otherwise.
 */
export function requireShares(shares: readonly MeasuredShare[], strategy: Strategy): void {
  const steps = dividedSteps[strategy];
  const observed = shares.map(({ requested }) => requested);
  if (!isDeepStrictEqual(observed, steps)) {
    throw new Error(`Traffic was divided at ${observed.join(", ") || "no"} %; expected ${steps.join(", ") || "no"} %.`);
  }
  for (const { requested, measured, answers } of shares) {
    if (answers > 0 && Math.abs(measured - requested) <= 5) continue;
    throw new Error(
      `At ${requested} % of the traffic the new version served ${measured.toFixed(1)} % of ${answers} requests; expected ${requested} % ± 5.`,
    );
  }
}
