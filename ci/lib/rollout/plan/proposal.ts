import { createHash } from "node:crypto";
import type { Operation } from "rfc6902";
import type { RawTaskDefinition } from "../../aws/raw-task-definition.js";
import { InputError } from "../../common/errors.js";
import { present } from "../../common/present.js";
import type { Readable } from "../../common/readable.js";
import type { Target } from "../../config/target.js";
import { variableOf } from "../../config/version.js";
import { containersOf, type Running } from "../../ecs/containers.js";
import type { ImageFacts } from "../../ecs/ecr-images.js";
import type { CurrentService } from "../../ecs/service.js";
import type { ReadableDeployments } from "../../ecs/service-deployments.js";
import { isBlocking, type JudgedFinding, judgeFindings, refuseBlocking } from "../preflight/preflight.js";
import type { Unbuilt } from "../preflight/shared-reads.js";
import { type PreflightFacts, readFacts } from "../preflight/topics.js";
import type { DeployRequest } from "../revisions/deploy-request.js";
import type { Release, Session } from "../session.js";
import { type DeployTask, deployTasksOf } from "../tasks/deploy-task.js";
import type { DeploySettings } from "./deploy-settings.js";
import { type Change, plan } from "./plan.js";
import { type StrategyChange, strategyChange } from "./strategy.js";

/** The changes that a deploy would make, and the findings about them. */
export interface Proposal {
  /** 16 hex digits: the hash of all changes and of their base, without the findings. */
  hash: string;
  where: Pick<Target, "account" | "region" | "cluster" | "service" | "container">;
  release: Release;
  image: Readable<ImageFacts | undefined>;
  platforms: Readable<string[]>;
  /** Version and image that the service is set to. */
  from: Running;
  /** Of the task definition: https://www.rfc-editor.org/rfc/rfc6902 */
  patch: Operation[];
  /** The same in readable form, without the values of variables. */
  changes: Change[];
  /** Changes of the service beside its task definition. */
  service: ServiceChanges;
  /** Pre-deploy and post-deploy tasks of the new revision; absent where there are none. */
  oneOffs?: DeployTask[];
  /** A copy is deployed although nothing changes. */
  forced: boolean;
  /** The deploy would change nothing: the requested state is already there. */
  isNothing: boolean;
  /** The deploy would be refused for its findings. */
  isRefused: boolean;
  findings: JudgedFinding[];
}

/** Members of UpdateService beside the task definition: only requested values that differ from the current ones. */
export interface ServiceChanges {
  desiredCount?: { from: number; to: number };
  strategy?: StrategyChange;
}

/** Purpose of a proposal other than the deploy of an existing image. */
export interface Purpose {
  verb?: DeployRequest["verb"];
  /** Present before the image is built. */
  unbuilt?: Unbuilt;
}

/** Returns the changes that a deploy would make now. Changes nothing. */
export async function propose(
  session: Session,
  now: CurrentService,
  deployments: ReadableDeployments,
  release: Release,
  settings: DeploySettings,
  { verb = "deploy", unbuilt }: Purpose = {},
): Promise<Proposal> {
  const { target } = session;
  const { registration, patch, changes } = plan(
    now.current,
    containersOf(target),
    release,
    {},
    settings.overrides,
    variableOf(target),
  );
  const requested = serviceChanges(now, settings);
  const hasChanges = patch.length > 0 || hasServiceChange(requested);
  // A strategy for one deploy only changes nothing without a rollout.
  const service = hasChanges || settings.force ? requested : {};
  const intention = {
    release,
    service: serviceWith(now.service, service),
    deployments,
    running: now.running,
    next: registration,
    desiredCount: service.desiredCount?.to ?? now.service.desiredCount ?? 0,
    scanSeverity: settings.scanSeverity,
    verb,
    ...present({ strategyChange: service.strategy }),
    ...(isOf(now.current, now.running) && { current: now.current.taskDefinition }),
  };
  const facts = await readFacts(session, intention, unbuilt);
  return assemble(facts, { now, release, settings, patch, changes, service, hasChanges });
}

/** Returns true when the revision is the running one: a rollback copies another revision. */
function isOf({ taskDefinition }: RawTaskDefinition, running: Running): boolean {
  return taskDefinition.taskDefinitionArn === running.taskDefinition;
}

/** @throws InputError when the plan is not the expected one, or when a finding stops the deploy. */
export function refuseProposal({ hash, findings }: Proposal, { plan }: DeploySettings): void {
  if (plan !== undefined && plan !== hash) {
    throw new InputError(
      "plan-moved",
      `The plan ${plan} is not what a deploy would do now: that is ${hash}. The service, its task definition or the image has changed since, or other options were given. Nothing was changed. Look at plan again.`,
    );
  }
  refuseBlocking(findings);
}

export function serviceChanges(
  { service }: CurrentService,
  { overrides, strategyOnce }: DeploySettings,
): ServiceChanges {
  const from = service.desiredCount ?? 0;
  const to = overrides.desiredCount;
  const strategy = strategyChange(service.deploymentConfiguration, overrides.strategy, strategyOnce);
  return {
    ...(to !== undefined && to !== from && { desiredCount: { from, to } }),
    ...(strategy && { strategy }),
  };
}

/** Returns true where the changes alone are a reason to deploy: a strategy for one deploy only is none. */
export function hasServiceChange({ desiredCount, strategy }: ServiceChanges): boolean {
  return desiredCount !== undefined || (strategy !== undefined && !strategy.once);
}

/** Returns the service with the strategy that the rollout will have. */
export function serviceWith(service: CurrentService["service"], { strategy }: ServiceChanges) {
  return strategy ? { ...service, deploymentConfiguration: strategy.configuration } : service;
}

interface Parts extends Pick<Proposal, "release" | "patch" | "changes" | "service"> {
  now: CurrentService;
  settings: DeploySettings;
  hasChanges: boolean;
}

function assemble(facts: PreflightFacts, { now, release, settings, hasChanges, ...parts }: Parts): Proposal {
  const { patch, changes, service } = parts;
  const { account, region, cluster, service: name, container } = facts.target;
  const where = { account, region, cluster, service: name, container };
  const findings = judgeFindings(facts, settings.ignore);
  const base = now.running.taskDefinition;
  const { version, digest } = release;
  const forced = settings.force && !hasChanges;
  const oneOffs = hasChanges || forced ? deployTasksOf(facts.target) : [];
  const isNothing = !hasChanges && !forced;
  return {
    hash: hashOf([where, base, version, digest, patch, service, forced, ...oneOffs]),
    where,
    release,
    image: facts.image ?? { unknown: "it is not built yet" },
    platforms: facts.platforms,
    from: now.running,
    patch,
    changes,
    service,
    ...(oneOffs.length > 0 && { oneOffs }),
    forced,
    isNothing,
    isRefused: findings.some(isBlocking),
    findings,
  };
}

function hashOf(parts: unknown[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16);
}
