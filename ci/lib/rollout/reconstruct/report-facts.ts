import type { ServiceDeployment, ServiceRevision, Task } from "@aws-sdk/client-ecs";
import type { RawTaskDefinition } from "../../aws/raw-task-definition.js";
import { present } from "../../common/present.js";
import type { Target } from "../../config/target.js";
import { type Running, runningOf } from "../../ecs/containers.js";
import { revisionTag } from "../../ecs/revision-tags.js";
import type { CurrentService } from "../../ecs/service.js";
import { primaryOf } from "../../ecs/snapshot.js";
import { serviceView } from "../../ecs/views.js";
import { tagOf } from "../revisions/own-revisions.js";
import type { ChosenDeployment } from "./choose-deployment.js";
import type { Revision, ServedNow } from "./deployment-report.js";

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

/** Returns the task definition of a service revision. */
export function taskDefinitionIn(
  { serviceRevisions }: Pick<ReportFacts, "serviceRevisions">,
  arn = "",
): string | undefined {
  return serviceRevisions.get(arn)?.taskDefinition;
}

/** The image of the target's container as ECS resolved it comes first: the task definition may name it by a tag. */
export function revisionOf(
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
export function sourceOf(facts: ReportFacts): Revision | undefined {
  const { chosen, definitions } = facts;
  const [source] = facts.deployment.sourceServiceRevisions ?? [];
  const taskDefinition =
    taskDefinitionIn(facts, source?.arn) ?? tagIn(definitions.get(chosen.record.taskDefinition), revisionTag.base);
  return taskDefinition === undefined ? undefined : revisionOf(facts, taskDefinition);
}

/** Returns the value of a tag of a revision. */
export function tagIn(definition: RawTaskDefinition | undefined, key: string): string | undefined {
  return definition && tagOf(definition, key);
}

export function servedNow({ now, tasks, versions }: ReportFacts, taskDefinition: string): ServedNow {
  const { service, running } = now;
  const view = serviceView(service);
  const { desiredCount } = view;
  const isThis = running.taskDefinition === taskDefinition;
  const runningCount = primaryOf(view)?.runningCount ?? view.runningCount;
  const otherCount = Math.max(0, view.runningCount - runningCount);
  const others = othersOf(tasks, versions, running.taskDefinition);
  return { ...ofRunning(running), desiredCount, runningCount, otherCount, others, isThis };
}

/** Counts the running tasks of other revisions, by revision. */
function othersOf(tasks: readonly Task[], versions: ReadonlyMap<string, string>, current: string): ServedNow["others"] {
  const counts = new Map<string, number>();
  for (const { lastStatus, taskDefinitionArn: arn = "" } of tasks)
    if (lastStatus === "RUNNING" && arn !== current) counts.set(arn, (counts.get(arn) ?? 0) + 1);
  return [...counts].map(([taskDefinition, runningCount]) => ({
    taskDefinition,
    ...present({ version: versions.get(taskDefinition) }),
    runningCount,
  }));
}
