import type { Service, ServiceDeployment, ServiceRevision, Task } from "@aws-sdk/client-ecs";
import type { RawTaskDefinition } from "../../aws/raw-task-definition.js";
import { cut } from "../../common/cut.js";
import { present } from "../../common/present.js";
import type { Target } from "../../config/target.js";
import { type Running, runningOf } from "../../ecs/containers.js";
import { revisionTag } from "../../ecs/revision-tags.js";
import type { CurrentService } from "../../ecs/service.js";
import { primaryOf, type Snapshot, type Subject } from "../../ecs/snapshot.js";
import { serviceDeploymentView, serviceView, taskView } from "../../ecs/views.js";
import { rolesIn } from "../diagnose/container-roles.js";
import { type Diagnosis, diagnose } from "../diagnose/diagnose.js";
import { nextStep } from "../next-step.js";
import { registeredAt, tagOf } from "../revisions/own-revisions.js";
import { type Verdict, verdicts } from "../verdicts.js";
import type { ChosenDeployment } from "./choose-deployment.js";
import type { DeploymentFacts, DeploymentReport, Revision, ServedNow } from "./deployment-report.js";
import { pastVerdict } from "./past-verdict.js";
import { mostTasks, type TaskScope, taskReports } from "./task-report.js";

/** Everything that AWS returned for a report. */
export interface ReportFacts {
  target: Target;
  /** Milliseconds since the epoch, on this machine's clock. */
  at: number;
  now: CurrentService;
  chosen: ChosenDeployment;
  deployment: ServiceDeployment;
  tasks: Task[];
  /** By ARN. */
  serviceRevisions: ReadonlyMap<string, ServiceRevision>;
  /** Task definition revisions by ARN. */
  definitions: ReadonlyMap<string, RawTaskDefinition>;
  /** Versions by the ARN of a task definition revision. */
  versions: ReadonlyMap<string, string>;
}

/** Time after the end of a deployment in which its last tasks stop and its last events come, in milliseconds. */
const aftermath = 120_000;
/** Maximum number of events: ECS returns the service's last 100. */
const mostEvents = 100;
/** ECS returns a stopped task for an hour at least: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html */
const tasksKept = 3_600_000;

/** Assembles a report from what AWS returned; its logs are read afterwards. Pure. */
export function assembleReport(facts: ReportFacts): DeploymentReport {
  const { target, at, now, chosen, definitions, versions } = facts;
  const { account, region, cluster, service, container } = target;
  const { record, undo } = chosen;
  const { taskDefinition } = record;
  const deployment = deploymentFacts(facts);
  const to = interval(facts, deployment);
  const restored = [deployment.rollback?.to?.taskDefinition, undo?.taskDefinition].filter((one) => one !== undefined);
  const scope: TaskScope = { taskDefinition, restored, from: deployment.createdAt, to, versions };
  const view = serviceDeploymentView(facts.deployment);
  const because = undo && tagIn(definitions.get(undo.taskDefinition), revisionTag.because);
  const judged = pastVerdict({
    deployment: view,
    taskDefinition,
    service: serviceView(now.service),
    ...(undo && { undo: { ending: undo.ending, ...present({ because }) } }),
  });
  const { tasks, omitted } = taskReports(facts.tasks, scope);
  const events = eventsWithin(now.service, deployment.createdAt, to);
  const diagnosis = diagnosisOf(facts, judged.verdict);
  const next = nextOf(judged.verdict, diagnosis);
  return {
    format: "slipway-report/1",
    at,
    ...judged,
    ...present({ next, diagnosis }),
    where: { account, region, cluster, service, container },
    release: {
      ...revisionOf(facts, taskDefinition),
      ...present({ version: record.version, digest: record.digest, commit: record.commit, by: record.who }),
    },
    ...present({ from: sourceOf(facts) }),
    now: servedNow(now, taskDefinition),
    deployment,
    tasks,
    ...(omitted > 0 && { omittedTasks: omitted }),
    events: events.slice(-mostEvents),
    ...(events.length > mostEvents && { omittedEvents: events.length - mostEvents }),
    ...(view.productionWeight !== undefined && { traffic: { new: view.productionWeight, steps: [] } }),
    logs: [],
    limits: limitsOf(facts, { to, omitted, events: events.length }),
  };
}

function deploymentFacts({ deployment, chosen: { record, undo }, ...facts }: ReportFacts): DeploymentFacts {
  const { arn, status, createdAt, statusReason, finishedAt, breaker, ...view } = serviceDeploymentView(deployment);
  const { rollback, deploymentConfiguration } = deployment;
  const byEcs = rollback && taskDefinitionIn(facts, rollback.serviceRevisionArn);
  const because = undo && tagIn(facts.definitions.get(undo.taskDefinition), revisionTag.because);
  return {
    arn: arn || record.arn,
    status,
    strategy: deploymentConfiguration?.strategy ?? "ROLLING",
    createdAt: createdAt || record.startedAt,
    waitingHooks: [...view.waitingHooks],
    ...present({
      statusReason: statusReason === undefined ? undefined : cut(statusReason),
      stage: view.lifecycleStage,
      finishedAt: finishedAt ?? record.finishedAt,
      circuitBreaker: breaker,
      alarms: view.alarms,
    }),
    ...(rollback && {
      rollback: {
        by: "ECS" as const,
        ...present({
          reason: rollback.reason === undefined ? undefined : cut(rollback.reason),
          startedAt: rollback.startedAt?.getTime(),
          to: byEcs === undefined ? undefined : revisionOf(facts, byEcs),
        }),
      },
    }),
    ...(undo && {
      rollback: {
        by: "Slipway" as const,
        startedAt: undo.startedAt,
        to: revisionOf(facts, undo.taskDefinition),
        ...present({ reason: because }),
      },
    }),
  };
}

/** Returns the end of the interval that a report shows, in milliseconds since the epoch. */
function interval({ chosen, at }: Pick<ReportFacts, "chosen" | "at">, { finishedAt }: DeploymentFacts): number {
  const end = Math.max(finishedAt ?? at, chosen.undo ? (chosen.undo.finishedAt ?? at) : 0);
  return Math.min(end + aftermath, Math.max(at, end));
}

function eventsWithin({ events = [] }: Service, from: number, to: number): DeploymentReport["events"] {
  const rows: DeploymentReport["events"] = [];
  const within = events
    .map(({ createdAt, message = "" }) => ({ at: createdAt?.getTime() ?? 0, message: cut(message) }))
    .filter(({ at }) => at >= from && at <= to)
    .sort((a, b) => a.at - b.at);
  for (const event of within) {
    const last = rows.at(-1);
    if (last?.message === event.message) last.times = (last.times ?? 1) + 1;
    else rows.push(event);
  }
  return rows;
}

function taskDefinitionIn({ serviceRevisions }: Pick<ReportFacts, "serviceRevisions">, arn = ""): string | undefined {
  return serviceRevisions.get(arn)?.taskDefinition;
}

/** The image of the target's container as ECS resolved it comes first: the task definition may name it by a tag. */
function revisionOf(
  { target, definitions }: Pick<ReportFacts, "target" | "definitions">,
  taskDefinition: string,
): Revision {
  const definition = definitions.get(taskDefinition);
  return definition ? ofRunning(runningOf(definition, target)) : { taskDefinition };
}

const ofRunning = ({ taskDefinition, image, digest, version }: Running): Revision => ({
  taskDefinition,
  image,
  ...present({ digest, version }),
});

/** Several deployments in a row leave several sources: the first is the oldest that still runs. */
function sourceOf(facts: ReportFacts): Revision | undefined {
  const { chosen, definitions } = facts;
  const [source] = facts.deployment.sourceServiceRevisions ?? [];
  const taskDefinition =
    taskDefinitionIn(facts, source?.arn) ?? tagIn(definitions.get(chosen.record.taskDefinition), revisionTag.base);
  return taskDefinition === undefined ? undefined : revisionOf(facts, taskDefinition);
}

function tagIn(definition: RawTaskDefinition | undefined, key: string): string | undefined {
  return definition && tagOf(definition, key);
}

function servedNow({ service, running }: CurrentService, taskDefinition: string): ServedNow {
  const view = serviceView(service);
  const { desiredCount } = view;
  const isThis = running.taskDefinition === taskDefinition;
  const runningCount = primaryOf(view)?.runningCount ?? view.runningCount;
  const otherCount = Math.max(0, view.runningCount - runningCount);
  return { ...ofRunning(running), desiredCount, runningCount, otherCount, isThis };
}

/** Diagnoses the deployment from one observation, at the time of the report. */
function diagnosisOf(
  { target, at, now, deployment, tasks, definitions, chosen }: ReportFacts,
  verdict: DeploymentReport["verdict"],
): Diagnosis | undefined {
  if (verdict === "in-progress" || !verdicts[verdict].isDiagnosed) return undefined;
  const { record } = chosen;
  const definition = definitions.get(record.taskDefinition);
  const subject: Subject = {
    taskDefinition: record.taskDefinition,
    container: target.container,
    digests: record.digest === undefined ? [] : [record.digest],
    registeredAt: definition ? registeredAt(definition) : record.startedAt,
    deadline: at,
  };
  const snapshot: Snapshot = {
    at,
    service: serviceView(now.service),
    ours: serviceDeploymentView(deployment),
    tasks: tasks.map(taskView),
    tasksAt: at,
  };
  const roles = definition ? rolesIn(definition.taskDefinition) : [];
  const { evidence, ...diagnosis } = diagnose(subject, [snapshot], roles);
  return { ...diagnosis, evidence: evidence.map(cut) };
}

function nextOf(verdict: DeploymentReport["verdict"], diagnosis: Diagnosis | undefined): string | undefined {
  if (verdict === "in-progress")
    return "ECS continues the deployment. Run the deploy's command again to watch it to its end, or report again later.";
  return nextStep(verdict satisfies Verdict, { state: "not-checked" }, diagnosis?.cause);
}

function limitsOf(
  { at, now }: ReportFacts,
  { to, omitted, events }: { to: number; omitted: number; events: number },
): string[] {
  const hours = Math.round((at - to) / 3_600_000);
  const isFull = (now.service.events?.length ?? 0) >= 100 && events < 100;
  const oldest = Math.min(...(now.service.events ?? []).map(({ createdAt }) => createdAt?.getTime() ?? 0));
  return [
    "The verdict is that of ECS: this report sent no request to the service.",
    ...(at - to > tasksKept
      ? [
          `ECS returns a stopped task for about an hour, and the deployment ended ${hours} h ago: its stopped tasks are missing.`,
        ]
      : []),
    ...(isFull && oldest > to
      ? ["ECS returns a service's last 100 events: those of this deployment are no longer among them."]
      : []),
    ...(omitted > 0 ? [`${omitted} tasks are left out: a report has at most ${mostTasks}.`] : []),
  ];
}
