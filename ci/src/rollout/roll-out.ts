import { exitCodes } from "../report/exit-codes.js";
import type { Report } from "../report/report.js";
import { type Diagnosis, diagnose } from "./diagnose.js";
import { type LogTail, logTail } from "./log-tail.js";
import { nextStep } from "./next-step.js";
import { readService, type ServiceNow } from "./read.js";
import { attachHint, type Release, type Session } from "./release.js";
import { type Started, start } from "./start.js";
import type { Verdict } from "./verdict.js";
import { type HttpCheck, type HttpTarget, type VerifyOptions, verify } from "./verify.js";
import { lostCertainty, type Watched, watch } from "./watch.js";

export interface RollOutOptions extends Session {
  release: Release;
  /** Where the public URL is asked; without it the verdict rests on ECS's witnesses alone. */
  http?: HttpTarget;
  verify?: VerifyOptions;
  /** How long the rollout may take, in milliseconds; half an hour unless it says otherwise. */
  timeoutMs?: number;
}

/**
 * Brings a release to the target's service and says what became of it. Called again with the same release it attaches to what is
 * in flight, or finds that nothing is to be done.
 * @throws InputError when it is refused before the service is changed; SlipwayError when the outcome can't be known.
 */
export async function rollOut(options: RollOutOptions): Promise<Report> {
  const { release, timeoutMs = 30 * 60_000, ...session } = options;
  const startedAt = session.clock.now();
  const now = await readService(session.aws, session.target, session.signal);
  const started = await start(session, now, release, timeoutMs);
  session.progress(opening(now, started, release));
  const knownEvents = new Set(now.service.events?.map((event) => event.id ?? ""));
  const watched = await watch(session, started.subject, knownEvents);
  const http = await check(options, watched);
  const found = await explain(session, now, watched, knownEvents);
  return report(options, { now, started, watched, http, startedAt, ...found });
}

function opening(now: ServiceNow, { attached, subject }: Started, { version }: Release): string {
  const revision = subject.taskDefinition.split("/").at(-1);
  if (attached) return `The service is set to ${version} (${revision}) already: watching that rollout to its end.`;
  const from = now.running.version ?? now.running.image;
  return `Rollout of ${version} (${revision}) in place of ${from} has begun. If this ends early: ${attachHint}`;
}

/** Only what ECS calls deployed is asked for its version. */
async function check(options: RollOutOptions, { judgement }: Watched): Promise<HttpCheck> {
  if (!judgement.verdict.startsWith("deployed") || !options.http) return { state: "not-checked" };
  options.progress(`Asking ${new URL("/version", options.http.baseUrl).href} for ${options.release.version}.`);
  return verify(options.http, options.release.version, options.clock, options.signal, options.verify);
}

interface Explanation {
  diagnosis?: Diagnosis;
  log?: LogTail;
}

/** For what went wrong with the tasks; a rollout that another one replaced needs no cause. */
async function explain(
  session: Session,
  now: ServiceNow,
  { subject, judgement, snapshots }: Watched,
  knownEvents: ReadonlySet<string>,
): Promise<Explanation> {
  if (!["rolled-back", "failed", "stopped", "timed-out"].includes(judgement.verdict)) return {};
  const diagnosis = diagnose(subject, snapshots, knownEvents);
  if (!diagnosis.task) return { diagnosis };
  // Ours differs from the current revision in image and VERSION alone, so its log goes where this one says.
  return { diagnosis, log: await logTail(session, now.current.taskDefinition, diagnosis.task) };
}

interface Story extends Explanation {
  now: ServiceNow;
  started: Started;
  watched: Watched;
  http: HttpCheck;
  startedAt: number;
}

function report(options: RollOutOptions, story: Story): Report {
  const { now, started, watched, http, startedAt, diagnosis, log } = story;
  const { subject, judgement } = watched;
  const { account, region, cluster, service, container } = options.target;
  const { version, image, digest } = options.release;
  const { verdict, reason } = withHttp(judgement, http, version);
  const next = nextStep(verdict, http);
  return {
    verdict,
    exitCode: exitCodes[verdict],
    reason,
    changed: !started.attached,
    attached: started.attached,
    where: { account, region, cluster, service, container },
    release: { version, image, digest },
    from: now.running,
    taskDefinition: subject.taskDefinition,
    changes: started.changes,
    deployment: {
      ...(subject.deploymentId !== undefined && { id: subject.deploymentId }),
      ...(subject.serviceDeploymentArn !== undefined && { arn: subject.serviceDeploymentArn }),
    },
    startedAt,
    endedAt: options.clock.now(),
    witnesses: judgement.witnesses,
    http,
    uncertain: subject.classicOnly === undefined ? [] : [lostCertainty(subject.classicOnly)],
    ...(diagnosis && { diagnosis }),
    ...(log && { log }),
    ...(next !== undefined && { next }),
  };
}

/** What is served has the last word on a rollout that ECS calls good. */
function withHttp(
  { verdict, reason }: { verdict: Verdict; reason: string },
  http: HttpCheck,
  version: string,
): { verdict: Verdict; reason: string } {
  if (http.state === "wrong") {
    return { verdict: "failed", reason: `ECS is done, but ${http.url} does not serve ${version}: ${http.answered}.` };
  }
  if (http.state === "unproven") {
    return { verdict: "deployed-unverified", reason: `${reason} ${http.url} could not be checked: ${http.answered}.` };
  }
  return { verdict, reason };
}
