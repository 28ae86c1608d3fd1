import { nameIn } from "../common/aws-names.js";
import { present } from "../common/present.js";
import { type CurrentService, eventIds } from "../ecs/service.js";
import type { Snapshot, Subject } from "../ecs/snapshot.js";
import type { TrafficPhase } from "../ecs/states.js";
import { type AllowedActions, rollbackLimit } from "./fail-fast/fail-fast.js";
import { requestRollback } from "./fail-fast/request-rollback.js";
import { type GateResult, type GateWatch, watchThroughGates } from "./hooks/gates.js";
import { wrongAnswer } from "./rollback/roll-back-if-needed.js";
import type { RunOptions } from "./run-options.js";
import { noSpan, type Session } from "./session.js";
import type { Started } from "./start/find-rollout.js";
import type { Baseline } from "./verify/baseline.js";
import { type DuringRollout, monitorUrl } from "./verify/during-rollout.js";
import { isDeployed, type ServingCheck, verifyOptions, verifyServing } from "./verify/serving.js";
import { createTestListener } from "./verify/test-listener.js";
import type { HttpCheck } from "./verify/verify.js";
import { rolloutTimeLimit } from "./watch/deadline.js";
import { readTargetGroups } from "./watch/target-groups.js";
import { type WatchedRollout, watch, watchPause } from "./watch/watch.js";

/** A rollout that was watched, and whose answers were checked. */
export interface VerifiedRollout extends ServingCheck {
  /** Response of the public URL before the rollout, and the versions that it returned during it. */
  baseline: Baseline;
  during?: DuringRollout;
  /** Check of the public URL when all production traffic had moved. */
  shifted?: { at: number; http: HttpCheck };
  /** Pauses that gates of the target checked. */
  gates?: GateResult[];
  /** Check of the test listener before production traffic moved. */
  testListener?: HttpCheck;
  /** Reason for which a rollout that is proven wrong is not rolled back by ECS, and why it should be. */
  undone?: { why: string; refused: string };
}

/**
 * Watches the rollout to its end and checks the public URL, also on the way. A version seen there is wanted at the end: a call that attaches
 * to another user's rollout has no earlier response. Once all production traffic has moved, the URL is checked at once: while the bake
 * time runs, ECS can send the traffic back in seconds.
 */
export async function watchAndVerify(
  options: RunOptions,
  now: CurrentService,
  { subject }: Pick<Started, "subject">,
  before: Baseline,
): Promise<VerifiedRollout> {
  const { span = noSpan, clock, release } = options;
  const { version } = release;
  const startedAt = clock.now();
  const permitted: AllowedActions = {
    ...{ earlyStop: true, onTimeout: "leave", isLimitComputed: options.timeoutMs === undefined },
    ...options.permitted,
  };
  const monitor = monitorUrl(options, before);
  const knownEvents = eventIds(now.service);
  const baseline = (): Baseline => (monitor.sawVersion() ? { ...before, sawVersion: true } : before);
  const test = createTestListener(options, before);
  const beside = (latest: Snapshot | undefined, { rollback }: Subject) => {
    monitor.report();
    monitor.ask(latest);
    // The rollback moves the test traffic too: later answers are the old version's.
    if (rollback) test.end();
    else test.ask(latest);
  };
  const how = { permitted, beside, proof: test.proof };
  const howFrom = (earlier?: WatchedRollout) => ({
    ...how,
    ...present({ earlier: earlier && { ...earlier, startedAt } }),
  });
  const watches: GateWatch = {
    follow: (goal, earlier) => watch(options, goal, knownEvents, howFrom(earlier)),
    followPause: (paused, hookId, done) => watchPause(options, paused, hookId, knownEvents, howFrom(paused), done),
  };
  const gates: GateResult[] = [];
  const gated = options.gates && {
    ...{ session: options, version, urls: options.gates, baseline: before, verify: verifyOptions(options) },
  };
  const follow = (goal: Subject, earlier?: WatchedRollout) =>
    span(
      `roll out ${version} (${nameIn(subject.taskDefinition)})`,
      () =>
        gated
          ? watchThroughGates(gated, { subject: goal, earlier }, watches, (one) => void gates.push(one))
          : watches.follow(goal, earlier),
      failureOf,
    );
  try {
    const first = await follow({ ...subject, until: "shifted" });
    if (first.judgement.verdict === "paused" && permitted.earlyStop) return await checkPaused(first);
    if (first.judgement.verdict !== "shifted") return await finish(first);
    // Right answers from before the shift prove nothing: a part of the traffic reached the release then.
    const check = await verifyServing(options, first, version, baseline());
    const shifted = { at: latestOf(first).at, http: check.http };
    if (check.watched.judgement.verdict !== "shifted") return await finish(check.watched);
    options.progress(shiftText(check, version));
    const why = permitted.earlyStop && mayUndo(options) ? wrongReason(check.http, baseline(), version) : undefined;
    const back = why === undefined ? undefined : await rollBackNow(options, check.watched, why, "moved");
    if (back && "goal" in back) {
      // The answers of the release are the reason for its end.
      return { ...check, watched: await follow(back.goal, first), shifted, ...seen() };
    }
    if (options.until === "shifted") return { ...check, shifted, ...seen(), ...(back && { undone: back }) };
    const { until: _, ...rest } = check.watched.subject;
    return { ...(await finish(await follow(rest, first))), shifted };
  } finally {
    monitor.end();
    test.end();
  }

  /** The test listener is checked in a pause too: a release that is proven wrong there has nothing to wait for. */
  async function checkPaused(paused: WatchedRollout): Promise<VerifiedRollout> {
    test.ask(latestOf(paused));
    await test.finished();
    const why = test.proof();
    const back = why === undefined ? undefined : await rollBackNow(options, paused, why, "before", "in part");
    if (back && "goal" in back) return await finish(await follow(back.goal, paused));
    return { ...(await finish(paused)), ...(back && { undone: back }) };
  }

  async function finish(ended: WatchedRollout): Promise<VerifiedRollout> {
    const right = isDeployed(ended) ? await monitor.rightInARow() : 0;
    monitor.end();
    return { ...(await verifyServing(options, ended, version, baseline(), right)), ...seen() };
  }

  function seen() {
    return {
      baseline: baseline(),
      ...present({ during: monitor.seen(), gates: gates.length > 0 ? gates : undefined, testListener: test.seen() }),
    };
  }
}

/**
 * Requests the rollback of a deployment that is proven wrong, while production traffic is in one of the phases. Returns the subject of the
 * rollback, or the reason why there is none.
 * @param why As in `because …`.
 */
async function rollBackNow(
  session: Session,
  watched: WatchedRollout,
  why: string,
  ...phases: TrafficPhase[]
): Promise<{ goal: Subject } | { why: string; refused: string }> {
  session.progress(`Requesting a rollback from ECS ${why}.`);
  const { until: _, ...subject } = watched.subject;
  const answer = await requestRollback(session, subject, why, phases);
  const deadline = session.clock.now() + rollbackLimit(latestOf(watched));
  if (answer === "requested") return { goal: { ...subject, rollback: { why }, deadline } };
  const refused = answer === "moved" ? "the deployment is past that point" : answer.refused;
  session.progress(`ECS does not roll back: ${refused}.`);
  return { why: why.replace(/^because /, ""), refused };
}

function wrongReason(http: HttpCheck, baseline: Baseline, version: string): string | undefined {
  const answer = wrongAnswer(http, baseline, version);
  return answer && `because ${answer}`;
}

/** Returns true when a deploy that is proven wrong is rolled back. */
export function mayUndo({ verb = "deploy", undo }: RunOptions): boolean {
  return verb === "deploy" && undo !== false;
}

function shiftText({ http, watched }: ServingCheck, version: string): string {
  const { shift } = latestOf(watched).ours ?? {};
  const bake = `the bake time of ${(shift?.bakeSeconds ?? 0) / 60} min runs`;
  switch (http.state) {
    case "verified":
      return `All production traffic has moved: ${http.url} answered ${version} ${http.tries} times in a row; ${bake}.`;
    case "wrong":
      return `All production traffic has moved, and ${http.url} answered ${http.answered}; ${bake}.`;
    case "unproven":
      return `All production traffic has moved, and ${http.url} could not be checked: ${http.answered}; ${bake}.`;
    default:
      return `All production traffic has moved; ${bake}.`;
  }
}

function latestOf({ snapshots }: WatchedRollout): Snapshot {
  return snapshots.at(-1) as Snapshot;
}

/** Returns the reason why a rollout's span failed; undefined when it did not. */
function failureOf({ judgement: { verdict, reason } }: WatchedRollout): string | undefined {
  return ["deployed", "deployed-early", "shifted"].includes(verdict) ? undefined : `${verdict}: ${reason}`;
}

/** Returns the maximum time of a rollout, in milliseconds, computed from the service's settings. */
export async function timeAllowed(session: Session, { service, current }: CurrentService): Promise<number> {
  return rolloutTimeLimit(service, current.taskDefinition, await readTargetGroups(session, service)).ms;
}
