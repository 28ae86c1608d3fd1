import { present } from "../common/present.js";
import type { CurrentService } from "../ecs/service.js";
import type { Subject } from "../ecs/snapshot.js";
import { conclude } from "./conclude.js";
import type { Explanation } from "./explain.js";
import type { GateResult } from "./hooks/gates.js";
import type { Judgement } from "./judge/verdict.js";
import { nextStep, pausedStep } from "./next-step.js";
import { isRestoredLater, type StrategyResult } from "./restore-strategy.js";
import type { RollbackResult, RolloutResult } from "./result.js";
import type { AutomaticRollback } from "./rollback/automatic-rollback.js";
import type { RunOptions } from "./run-options.js";
import type { Started } from "./start/find-rollout.js";
import { attachHint, verdicts } from "./verdicts.js";
import type { DuringRollout } from "./verify/during-rollout.js";
import type { TaskResponses } from "./verify/task-requests.js";
import { isImprobable } from "./verify/traffic-share.js";
import type { HttpCheck } from "./verify/verify.js";
import { uncertainties, type WatchedRollout } from "./watch/watch.js";

/** Everything that one deploy observed and did. */
export interface Story extends Explanation {
  now: CurrentService;
  started: Started;
  watched: WatchedRollout;
  http: HttpCheck;
  startedAt: number;
  race?: string;
  undone?: AutomaticRollback;
  undoHttp?: HttpCheck;
  tasks?: TaskResponses;
  during?: DuringRollout;
  strategy?: StrategyResult;
  shifted?: { at: number; http: HttpCheck };
  gates?: GateResult[];
  testListener?: HttpCheck;
}

/** Assembles the report, with the verdict of `conclude`. */
export async function makeResult(options: RunOptions, story: Story): Promise<Omit<RolloutResult, "events">> {
  const {
    now,
    started,
    watched,
    http,
    startedAt,
    diagnosis,
    log,
    wayBack,
    race,
    undone,
    tasks,
    during,
    strategy,
    shifted,
    gates,
    testListener,
  } = story;
  const undoHttp = story.undoHttp ?? { state: "not-checked" };
  const { subject, judgement } = watched;
  const { account, region, cluster, service, container } = options.target;
  const { version, image, digest, untested } = options.release;
  const { verdict, reason } = conclude({ version, judgement, http, undoHttp, ...(undone && { undone }) });
  const { waitingHooks = [] } = watched.snapshots.at(-1)?.ours ?? {};
  const next =
    verdict === "paused"
      ? pausedStep(waitingHooks, await options.call?.())
      : verdict === "shifted" && strategy && isRestoredLater(strategy)
        ? `${attachHint} At its end it restores the strategy. \`abort\` rolls back.`
        : nextStep(verdict, ofEnd(judgement, http), diagnosis?.cause, during, wayBack?.cause);
  return {
    verdict,
    exitCode: verdicts[verdict].exitCode,
    reason: withGate(reason, gates?.at(-1)),
    changed: !started.attached,
    attached: started.attached,
    where: { account, region, cluster, service, container },
    release: { version, image, digest, ...(untested && { untested }) },
    from: now.running,
    taskDefinition: subject.taskDefinition,
    changes: started.changes,
    deployment: present({ id: subject.deploymentId, arn: subject.serviceDeploymentArn }),
    startedAt,
    endedAt: options.clock.now(),
    witnesses: judgement.witnesses,
    http,
    ...present({ tasks, during, gates, strategy, shifted, testListener }),
    uncertain: [...uncertain(subject, undone), ...testDoubts(testListener, version), ...shareDoubts(during)],
    ...present({ race, undo: undone && undoReport(undone, undoHttp), diagnosis, log, wayBack, next }),
  };
}

/** Returns the check that the next step depends on: none where ECS itself failed. */
function ofEnd({ verdict }: Judgement & { state: "decided" }, http: HttpCheck): HttpCheck {
  return verdict === "failed" ? { state: "not-checked" } : http;
}

/** Adds the answers for which a gate rolled back, or left the pause to a user. */
function withGate(reason: string, gate: GateResult | undefined): string {
  if (!gate || gate.action === "CONTINUE") return reason;
  const refused = gate.refused === undefined ? "" : `, and the pause could not be ended: ${gate.refused}`;
  return `${reason} The gate at ${gate.stage}: ${gate.url} answered ${gate.answered}${refused.replace(/\.$/, "")}.`;
}

/** Mixed answers of the test listener prove no wrong release: its rules, or other tasks in its target group, can cause them. */
function testDoubts(check: HttpCheck | undefined, version: string): string[] {
  if (check?.state !== "wrong") return [];
  return [
    `Before production traffic moved, the test listener ${check.url} answered ${check.answered}, and not ${version} alone: compare the listener rules and the target groups with the service.`,
  ];
}

/** ECS reports the weights that it has requested: only the answers show what the load balancer does. */
function shareDoubts(during: DuringRollout | undefined): string[] {
  return (during?.shares ?? [])
    .filter(isImprobable)
    .map(
      ({ weight, requests, right }) =>
        `While ECS sent ${weight} % of production traffic to the new tasks, they answered ${right} of ${requests} requests: compare the weights of the listener rule with the service deployment.`,
    );
}

/** Returns the limits of the verdicts on the rollout and on its automatic rollback. */
function uncertain(subject: Subject, undone: AutomaticRollback | undefined): string[] {
  const undo = undone && "watched" in undone ? [undone.watched.subject] : [];
  return [...new Set([subject, ...undo].flatMap(uncertainties))];
}

function undoReport(undone: AutomaticRollback, http: HttpCheck): RollbackResult {
  const { why } = undone;
  if ("refused" in undone) return { why, refused: undone.refused };
  const { to, taskDefinition, watched } = undone;
  const { serviceDeploymentArn } = watched.subject;
  return {
    why,
    to,
    taskDefinition,
    verdict: watched.judgement.verdict,
    http,
    ...(serviceDeploymentArn !== undefined && { deployment: serviceDeploymentArn }),
  };
}
