import { eitherSignal } from "../../common/either-signal.js";
import { gateUrl } from "../../config/target.js";
import type { Snapshot } from "../../ecs/snapshot.js";
import type { RunOptions } from "../run-options.js";
import { type Baseline, isVersionWanted, ownershipOf, withoutVersionCheck } from "./baseline.js";
import { checkedUrl, type HttpTarget } from "./http-target.js";
import { verifyOptions } from "./serving.js";
import { type HttpCheck, verify } from "./verify.js";

/** Check of the test listener beside a watch: before production traffic moves, only it answers from the new tasks. */
export interface TestListener {
  /** Begins the check once the test traffic has moved, and does not wait for it. Aborts it once the deployment is being ended. */
  ask(latest: Snapshot | undefined): void;
  /** Waits for the check, where it has begun. */
  finished(): Promise<void>;
  /** Aborts a check that runs. */
  end(): void;
  /** Returns the check; undefined when none has finished. */
  seen(): HttpCheck | undefined;
  /** Returns the proof that the new tasks do not serve the version, as in `because …`. */
  proof(): string | undefined;
}

/** Milliseconds for right answers: a rule takes up to 14 s to reach every node of a load balancer, and production traffic may move 30 s later. */
const ruleLimit = 20_000;

/** @param baseline Response of the public URL before the rollout: it shows if the app returns a version at all. */
export function createTestListener(options: RunOptions, baseline: Baseline): TestListener {
  const { clock, progress, signal, release } = options;
  const testHttp = isGated(options) ? undefined : options.testHttp;
  const ended = new AbortController();
  let running: Promise<void> | undefined;
  let check: HttpCheck | undefined;

  async function request(http: HttpTarget): Promise<void> {
    const checked = checkOf(http, baseline);
    progress(`The test traffic has moved: requesting ${release.version} at ${checkedUrl(checked)}.`);
    const limits = { limit: ruleLimit, mixedLimit: ruleLimit };
    const both = eitherSignal(signal, ended.signal);
    const seen = await verify(checked, release.version, clock, both, { ...verifyOptions(options), ...limits });
    if (ended.signal.aborted) return;
    check = ownershipOf(baseline) === "ours" ? seen : withoutErrors(seen);
    progress(textOf(check, release.version));
  }

  return {
    ask(latest) {
      if (isEnding(latest)) ended.abort();
      if (!testHttp || running || !hasShifted(latest)) return;
      // Rejections here are aborted requests; ignore them.
      running = request(testHttp).catch(() => {});
    },
    finished: async () => await running,
    end: () => ended.abort(),
    seen: () => check,
    proof() {
      if (check?.state !== "wrong" || !check.proven) return undefined;
      return `because the test listener ${check.url} answers ${check.answered} instead of ${release.version}`;
    },
  };
}

/** Gates request the test listener themselves, with a time limit of their own. */
function isGated({ target: { gates = [] } }: RunOptions): boolean {
  return gates.some(({ stage }) => gateUrl(stage) === "testUrl");
}

function hasShifted(latest: Snapshot | undefined): boolean {
  const { status, testWeight, productionWeight = 0 } = latest?.ours ?? {};
  return status === "IN_PROGRESS" && testWeight === 100 && productionWeight < 100;
}

/** An unread or unknown status shows no end. */
function isEnding(latest: Snapshot | undefined): boolean {
  return /^(ROLLBACK_|STOP)/.test(latest?.ours?.status ?? "");
}

/** Returns the requests of the check. Without a known version of the app only the expectations count, where there are any. */
function checkOf(http: HttpTarget, baseline: Baseline): HttpTarget {
  const hasExpectations = (http.expectations?.length ?? 0) > 0;
  return hasExpectations && !isVersionWanted(http, baseline) ? withoutVersionCheck(http) : http;
}

/** Leaves out errors, which name no version: they prove something only where the app returned its version before the rollout. Another service may send them. */
function withoutErrors(check: HttpCheck): HttpCheck {
  if (check.state !== "wrong" || !check.answered.startsWith("HTTP ")) return check;
  return { state: "unproven", url: check.url, answered: check.answered };
}

function textOf(check: HttpCheck, version: string): string {
  switch (check.state) {
    case "verified":
      return `The test listener answered ${version} ${check.tries} times in a row.`;
    case "wrong":
      return `The test listener does not serve ${version}: ${check.url} answered ${check.answered}.`;
    case "unproven":
      return `The test listener proves nothing: ${check.url} answered ${check.answered}.`;
    default:
      return "The test listener was not checked.";
  }
}
