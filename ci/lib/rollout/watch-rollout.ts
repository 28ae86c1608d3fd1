import { nameIn } from "../common/aws-names.js";
import { type CurrentService, eventIds } from "../ecs/service.js";
import type { AllowedActions } from "./fail-fast/fail-fast.js";
import type { RunOptions } from "./run-options.js";
import { noSpan, type Session } from "./session.js";
import type { Started } from "./start/find-rollout.js";
import type { Baseline } from "./verify/baseline.js";
import { monitorUrl } from "./verify/during-rollout.js";
import { rolloutTimeLimit } from "./watch/deadline.js";
import { readTargetGroups } from "./watch/target-groups.js";
import { type WatchedRollout, watch } from "./watch/watch.js";

/**
 * Watches the rollout to its end, and requests the public URL on the way. A version seen there is wanted at the end: a call that attaches to
 * another user's rollout has no earlier response.
 */
export async function watchRollout(
  options: RunOptions,
  now: CurrentService,
  { subject }: Pick<Started, "subject">,
  before: Baseline,
) {
  const { span = noSpan } = options;
  const permitted: AllowedActions = { earlyStop: true, onTimeout: "leave", ...options.permitted };
  const monitor = monitorUrl(options, before);
  const ended = await span(
    `roll out ${options.release.version} (${nameIn(subject.taskDefinition)})`,
    () => watch(options, subject, eventIds(now.service), permitted, monitor.ask).finally(monitor.end),
    failureOf,
  );
  const baseline: Baseline = monitor.sawVersion() ? { ...before, sawVersion: true } : before;
  return { ended, during: monitor.seen(), right: monitor.rightInARow(), baseline };
}

/** Returns the reason why a rollout's span failed; undefined when it did not. */
function failureOf({ judgement: { verdict, reason } }: WatchedRollout): string | undefined {
  return verdict === "deployed" || verdict === "deployed-early" ? undefined : `${verdict}: ${reason}`;
}

/** Returns the maximum time of a rollout, in milliseconds, computed from the service's settings. */
export async function timeAllowed(session: Session, { service, current }: CurrentService): Promise<number> {
  return rolloutTimeLimit(service, current.taskDefinition, await readTargetGroups(session, service)).ms;
}
