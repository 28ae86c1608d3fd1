import type { Diagnosis } from "../rollout/diagnose.js";
import type { LogTail } from "../rollout/log-tail.js";
import { nextStep } from "../rollout/next-step.js";
import type { ServiceNow } from "../rollout/read.js";
import type { RollOutOptions } from "../rollout/roll-out.js";
import type { Started } from "../rollout/start.js";
import type { Verdict } from "../rollout/verdict.js";
import type { HttpCheck } from "../rollout/verify.js";
import { lostCertainty, type Watched } from "../rollout/watch.js";
import { exitCodes } from "./exit-codes.js";
import type { Report } from "./report.js";

/** Why it went wrong, where it did. */
export interface Explanation {
  diagnosis?: Diagnosis;
  log?: LogTail;
}

/** All that one deploy has seen and done. */
export interface Story extends Explanation {
  now: ServiceNow;
  started: Started;
  watched: Watched;
  http: HttpCheck;
  startedAt: number;
  race?: string;
}

/** Puts the report together: nothing is decided here but that what is served has the last word. */
export function makeReport(options: RollOutOptions, story: Story): Report {
  const { now, started, watched, http, startedAt, diagnosis, log, race } = story;
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
    ...(race !== undefined && { race }),
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
