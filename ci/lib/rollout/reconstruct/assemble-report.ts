import type { Service } from "@aws-sdk/client-ecs";
import { cut } from "../../common/cut.js";
import { present } from "../../common/present.js";
import { revisionTag } from "../../ecs/revision-tags.js";
import { serviceDeploymentView, serviceView } from "../../ecs/views.js";
import { deploymentFacts } from "./deployment-facts.js";
import type { DeploymentFacts, DeploymentReport } from "./deployment-report.js";
import { diagnosisOf, nextOf } from "./past-diagnosis.js";
import { pastVerdict } from "./past-verdict.js";
import { type ReportFacts, revisionOf, servedNow, sourceOf, tagIn } from "./report-facts.js";
import { mostTasks, type TaskScope, taskReports } from "./task-report.js";

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
    now: servedNow(facts, taskDefinition),
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
