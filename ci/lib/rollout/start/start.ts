import { withDescribedErrors } from "../../aws/describe-error.js";
import type { JsonObject } from "../../aws/raw-task-definition.js";
import { nameIn } from "../../common/aws-names.js";
import { present } from "../../common/present.js";
import type { CurrentService } from "../../ecs/service.js";
import { gate } from "../gate.js";
import type { ServiceChanges } from "../plan/proposal.js";
import { strategyTag } from "../plan/strategy.js";
import type { DeployRequest } from "../revisions/deploy-request.js";
import type { OwnRevision } from "../revisions/own-revisions.js";
import type { Session } from "../session.js";
import type { TaggedBaseline } from "../verify/baseline.js";
import { toFoundRollout } from "./attach.js";
import { beforeUpdate } from "./change-errors.js";
import { findOwn, planOn, type Remains, type Started, toStarted } from "./find-rollout.js";
import { register } from "./register.js";
import { settle } from "./settle.js";
import { update } from "./update.js";

/** A registered revision that is ready to be rolled out, and what its plan changes. */
export interface Prepared extends Pick<Started, "changes" | "service" | "baseline"> {
  revision: OwnRevision;
  /** True when this call has registered it. */
  isNew: boolean;
}

/**
 * Waits until the service has settled, runs preflight, reads the answers of the public URL, and registers the deploy's revision, unless
 * an earlier call did.
 * @param readUrl Reads the answers of the public URL before the rollout; called once the service has settled.
 * @throws InputError when preflight fails or the service does not settle; SlipwayError when ECS refuses or does not answer.
 */
export async function prepare(
  session: Session,
  now: CurrentService,
  request: DeployRequest,
  { own, known, since, left }: Remains,
  readUrl: () => Promise<TaggedBaseline>,
): Promise<Prepared> {
  const isSettled = !request.settings.ignore.includes("deployment-in-flight");
  if (isSettled) await withDescribedErrors(settle(session, now, since));
  const from = request.source ? { ...now, current: request.source } : now;
  const [{ hash, changes, service }, { baseline, tag }] = await Promise.all([
    withDescribedErrors(gate(session, from, known, request.release, request.settings, request.verb)),
    // While another deployment is in flight, its versions answer too, so the answers don't show which service the URL reaches.
    left || !isSettled ? { baseline: {}, tag: undefined } : readUrl(),
  ]);
  if (left) return { revision: left, isNew: false, changes, service };
  const restore = service.strategy?.once ? strategyTag(service.strategy.from) : leftToRestore(request, service, own);
  const tagged = { ...request, ...present({ probe: tag, restore }) };
  const { registration } = planOn(session, tagged, now.current, hash);
  const revision = await beforeUpdate(registerNew(session, now, request, registration, own));
  return { revision, isNew: true, changes, service, baseline };
}

/** Returns the strategy that an earlier call of the deploy did not restore, such as one whose rollout was aborted in a pause. */
function leftToRestore(
  { settings }: DeployRequest,
  { strategy }: ServiceChanges,
  own: readonly OwnRevision[],
): string | undefined {
  if (!settings.strategyOnce || strategy) return undefined;
  return own.findLast(({ restore }) => restore !== undefined)?.restore;
}

/**
 * Rolls out the prepared revision. Wherever an earlier call was killed and whichever answer was lost, at most one revision of a deploy is
 * rolled out, by at most one UpdateService that has an effect.
 * @param timeoutMs Maximum time of the rollout before the verdict is `timed-out`, in milliseconds.
 * @throws SlipwayError when ECS refuses, does not answer, or a concurrent deploy came first.
 */
export async function start(
  session: Session,
  request: DeployRequest,
  timeoutMs: number,
  { revision, isNew, ...plan }: Prepared,
): Promise<Started> {
  const { desiredCount, strategy } = plan.service;
  const changes = present({ desiredCount: desiredCount?.to, deploymentConfiguration: strategy?.configuration });
  const begun = await update(session, revision, changes, isNew, withDescribedErrors);
  const found = { ...toFoundRollout(revision), ...begun };
  return { ...toStarted(session, request, timeoutMs, found, [revision]), attached: false, ...plan };
}

async function registerNew(
  session: Session,
  now: CurrentService,
  request: DeployRequest,
  registration: JsonObject,
  known: readonly OwnRevision[],
): Promise<OwnRevision> {
  const isNew = (revision: OwnRevision) => !known.some(({ arn }) => arn === revision.arn);
  const findNew = async () => (await findOwn(session, now, request)).filter(isNew);
  const revision = await register(session, registration, now.running.taskDefinition, findNew);
  session.progress(`Registered ${nameIn(revision.arn)}.`);
  return revision;
}
