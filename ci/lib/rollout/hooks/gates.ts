import { withDescribedErrors } from "../../aws/describe-error.js";
import { AccessDeniedError } from "../../aws/errors.js";
import { eitherSignal } from "../../common/either-signal.js";
import { SlipwayError } from "../../common/errors.js";
import { gateUrl, type Target } from "../../config/target.js";
import type { Snapshot, Subject } from "../../ecs/snapshot.js";
import { formatProgressEvent } from "../progress-event.js";
import type { Session } from "../session.js";
import { type Baseline, foreignReason, ownershipOf } from "../verify/baseline.js";
import type { HttpTarget } from "../verify/http-target.js";
import { type HttpCheck, type VerifyOptions, verify } from "../verify/verify.js";
import type { WatchedRollout } from "../watch/watch.js";
import { endPause } from "./continue-or-abort.js";

/** URLs that the gates of a target request. */
export interface GateUrls {
  /** Of the test listener. */
  testUrl?: HttpTarget;
  /** Of the public. */
  url?: HttpTarget;
}

/** One pause that a gate checked. */
export interface GateResult {
  stage: string;
  hookId: string;
  url: string;
  /** Milliseconds since the epoch on our own clock. */
  at: number;
  answered: string;
  /** `NONE`: the answers proved nothing, or the action was refused; the pause is left to a user. */
  action: "CONTINUE" | "ROLLBACK" | "NONE";
  /** Reason for which the action was refused. */
  refused?: string;
}

type ActiveGate = NonNullable<Target["gates"]>[number] & { http: HttpTarget };

export interface GateOptions {
  session: Session;
  version: string;
  urls: GateUrls;
  /** Response of the public URL before the rollout: a URL of another service proves nothing. */
  baseline?: Baseline;
  verify: VerifyOptions;
}

/** Watches of a rollout. */
export interface GateWatch {
  /** Watches from a subject, with the snapshots of the watch before. */
  follow(subject: Subject, earlier?: WatchedRollout): Promise<WatchedRollout>;
  /** Watches while the rollout waits in this hook alone, until `done` is aborted. */
  followPause(paused: WatchedRollout, hookId: string, done: AbortSignal): Promise<WatchedRollout>;
}

/**
 * Watches a rollout through the gates of its target: at a pause of a gate's stage the URL is requested, and the deployment goes on or back.
 * A gate acts only where exactly one hook waits: another may be meant for a user. Right answers continue, wrong ones of the app roll back;
 * answers that prove nothing, and an unreachable URL, leave the pause as it is, where it still waits after the check. ECS is polled beside
 * the check, which ends with its pause.
 */
export async function watchThroughGates(
  options: GateOptions,
  start: { subject: Subject; earlier?: WatchedRollout | undefined },
  { follow, followPause }: GateWatch,
  passed: (result: GateResult) => void,
): Promise<WatchedRollout> {
  const { clock, signal } = options.session;
  const done = new Set<string>();
  /** Hooks that a gate has left to a user. */
  const left = new Set<string>();
  let watched = await follow(start.subject, start.earlier);
  for (;;) {
    const { subject, judgement } = watched;
    const { waitingHooks: waiting = [] } = watched.snapshots.at(-1)?.ours ?? {};
    const [hook, ...others] = waiting;
    if (judgement.verdict !== "paused" || !hook || others.length > 0 || clock.now() >= subject.deadline) return watched;
    if (left.has(hook.hookId)) return watched;
    const began = clock.now();
    let seen = watched;
    if (done.has(hook.hookId)) {
      // ECS still lists the hook that was continued.
      await clock.sleep(2_000, signal);
    } else {
      done.add(hook.hookId);
      const gate = gateAt(options, watched);
      if (!gate) return watched;
      const checked = new AbortController();
      const ended = new AbortController();
      const limit = subject.deadline + gate.timeoutSeconds * 1000;
      const paused = { ...watched, subject: { ...subject, deadline: limit } };
      const [result, latest] = await Promise.all([
        passGate(options, gate, watched, hook.hookId, ended.signal).finally(() => checked.abort()),
        followPause(paused, hook.hookId, checked.signal).finally(() => ended.abort()),
      ]);
      seen = latest;
      if (result) passed(result);
      // Since the last poll a user may have ended the pause, or another deployment may have begun.
      if (result?.action === "NONE") left.add(hook.hookId);
    }
    // The time that a gate takes is no part of the time allowed, as that of a user is not.
    const deadline = seen.subject.rollback ? seen.subject.deadline : subject.deadline + (clock.now() - began);
    watched = await follow({ ...seen.subject, deadline }, outdated(seen));
  }
}

/** Returns the rollout with a service deployment that the next poll reads again: it changed by our own call. */
function outdated(watched: WatchedRollout): WatchedRollout {
  const last = watched.snapshots.at(-1) as Snapshot;
  return {
    ...watched,
    snapshots: [...watched.snapshots.slice(0, -1), { ...last, oursAt: 0 }] as unknown as WatchedRollout["snapshots"],
  };
}

/** Returns the gate of the present stage; undefined where it has none. */
function gateAt({ session, urls }: GateOptions, { snapshots }: WatchedRollout): ActiveGate | undefined {
  const { lifecycleStage: stage = "" } = snapshots.at(-1)?.ours ?? {};
  const gate = session.target.gates?.find((one) => one.stage === stage);
  const http = gate && urls[gateUrl(stage)];
  return gate && http && { ...gate, http };
}

/** @param ended Aborted once the pause is over. @returns undefined where that was before the check was. */
async function passGate(
  options: GateOptions,
  { stage, timeoutSeconds, http }: ActiveGate,
  { snapshots }: WatchedRollout,
  hookId: string,
  ended: AbortSignal,
): Promise<GateResult | undefined> {
  const { session, version } = options;
  const { arn = "" } = snapshots.at(-1)?.ours ?? {};
  session.progress(`${stage}: requesting ${version} at ${http.host ?? http.baseUrl} to end the pause ${hookId}.`);
  const at = session.clock.now();
  const { baseline = {} } = options;
  const isForeign = gateUrl(stage) === "url" && ownershipOf(baseline) === "foreign";
  const seen = await checkAt(options, timeoutSeconds, http, ended).catch((error: unknown) => {
    session.signal?.throwIfAborted();
    if (!ended.aborted) throw error;
  });
  if (!seen) {
    session.progress(`${stage}: the pause ${hookId} is over, and its gate requests nothing more.`);
    return undefined;
  }
  const check = isForeign ? weighed(seen, baseline) : seen;
  const url = "url" in check ? check.url : http.baseUrl;
  const action = check.state === "verified" ? "CONTINUE" : check.state === "wrong" ? "ROLLBACK" : "NONE";
  const known = { stage, hookId, url, at, answered: answerOf(check, version) };
  const refused = action === "NONE" ? undefined : await act(session, arn, hookId, action);
  const result: GateResult = {
    ...known,
    action: refused === undefined ? action : "NONE",
    ...(refused !== undefined && { refused }),
  };
  const event = { type: "gate", ...result } as const;
  session.progress(formatProgressEvent(event), event);
  return result;
}

/** Wrong answers of a URL that was another service's before the rollout prove nothing. */
function weighed(check: HttpCheck, baseline: Baseline): HttpCheck {
  if (check.state !== "wrong") return check;
  return { state: "unproven", url: check.url, answered: `${check.answered}; ${foreignReason(baseline)}` };
}

/** Requests until the answers are right, or the gate's time is over: a rule takes up to 14 s to reach every node of the load balancer. */
async function checkAt(
  { session, version, verify: how }: GateOptions,
  timeoutSeconds: number,
  http: HttpTarget,
  ended: AbortSignal,
): Promise<HttpCheck> {
  const { clock } = session;
  const signal = eitherSignal(session.signal, ended);
  const end = clock.now() + timeoutSeconds * 1000;
  for (;;) {
    const check = await verify(http, version, clock, signal, { ...how, limit: Math.max(0, end - clock.now()) });
    if (check.state === "verified" || clock.now() >= end) return check;
  }
}

function answerOf(check: HttpCheck, version: string): string {
  if (check.state === "verified") return `${version}, ${check.tries} times in a row`;
  return "answered" in check && check.answered !== undefined ? check.answered : "no version";
}

/** @returns The reason for which the action was refused. */
async function act(
  session: Session,
  arn: string,
  hookId: string,
  action: "CONTINUE" | "ROLLBACK",
): Promise<string | undefined> {
  try {
    await withDescribedErrors(endPause(session, arn, hookId, action));
  } catch (error) {
    session.signal?.throwIfAborted();
    if (error instanceof AccessDeniedError) return `${error.action} is not permitted`;
    if (error instanceof SlipwayError) return error.message;
    throw error;
  }
  return undefined;
}
