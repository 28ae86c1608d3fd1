import type { Session } from "../session.js";
import { alarmsTopic } from "./checks/alarms.js";
import { autoscalingTopic } from "./checks/autoscaling.js";
import { deploymentConfigurationTopic } from "./checks/deployment-configuration.js";
import { fargateQuotaTopic } from "./checks/fargate-quota.js";
import { hookFunctionsTopic } from "./checks/hook-functions.js";
import { imageScanTopic } from "./checks/image-scan.js";
import { imagesTopic } from "./checks/images.js";
import { instanceRoomTopic } from "./checks/instance-room.js";
import { limitsTopic } from "./checks/limits.js";
import { listenerRulesTopic } from "./checks/listener-rules.js";
import { lockTopic } from "./checks/lock.js";
import { logGroupsTopic } from "./checks/log-groups.js";
import { platformTopic } from "./checks/platform.js";
import { releaseTopic } from "./checks/release.js";
import { repositoryTopic } from "./checks/repository.js";
import { rolesTopic } from "./checks/roles.js";
import { rollbackTopic } from "./checks/rollback-revision.js";
import { secretsTopic } from "./checks/secrets.js";
import { serviceTopic } from "./checks/service.js";
import { shiftHooksTopic } from "./checks/shift-hooks.js";
import { strategyTopic } from "./checks/strategy.js";
import { targetTopic } from "./checks/target.js";
import { targetGroupsTopic } from "./checks/target-groups.js";
import { targetQuotaTopic } from "./checks/target-quota.js";
import type { Finding } from "./finding.js";
import { type BaseFacts, type Intention, shareReads, type Unbuilt } from "./shared-reads.js";

/** All topics of preflight, in the order of their findings. Each has its finding ids, reads its facts, and judges them. */
const topics = [
  serviceTopic,
  lockTopic,
  rollbackTopic,
  deploymentConfigurationTopic,
  strategyTopic,
  releaseTopic,
  imagesTopic,
  platformTopic,
  imageScanTopic,
  repositoryTopic,
  rolesTopic,
  secretsTopic,
  logGroupsTopic,
  targetGroupsTopic,
  listenerRulesTopic,
  shiftHooksTopic,
  hookFunctionsTopic,
  alarmsTopic,
  autoscalingTopic,
  instanceRoomTopic,
  fargateQuotaTopic,
  targetQuotaTopic,
  limitsTopic,
  targetTopic,
];

type Topic = (typeof topics)[number];
export type FindingId = Topic["ids"][number];

/** Ids of all findings, for `--ignore`. */
export const findingIds: readonly FindingId[] = topics.flatMap(({ ids }): readonly FindingId[] => ids);

type Intersection<Union> = (Union extends unknown ? (one: Union) => void : never) extends (all: infer All) => void
  ? All
  : never;
type Readings = Awaited<ReturnType<Extract<Topic, { read: unknown }>["read"]>>;
/** All facts that preflight judges. */
export type PreflightFacts = BaseFacts & Intersection<Readings>;

/**
 * Reads the facts of all topics. Changes nothing, and does not fail for a missing permission.
 * @param unbuilt Present before the image is built.
 */
export async function readFacts(session: Session, intention: Intention, unbuilt?: Unbuilt): Promise<PreflightFacts> {
  const reads = await shareReads(session, intention, unbuilt);
  const readings = await Promise.all(topics.map(async (topic) => ("read" in topic ? await topic.read(reads) : {})));
  const base: BaseFacts = { ...intention, target: session.target, verb: intention.verb ?? "deploy" };
  return Object.assign(base, ...readings) as PreflightFacts;
}

/** Judges the facts, topic by topic. Pure. */
export function judgeTopics(facts: PreflightFacts): Finding<FindingId>[] {
  return topics.flatMap((topic): Finding<FindingId>[] => topic.judge(facts));
}
