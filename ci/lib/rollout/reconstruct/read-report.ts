import type { Service, ServiceDeployment, ServiceRevision, Task } from "@aws-sdk/client-ecs";
import { describeTaskDefinition, type RawTaskDefinition } from "../../aws/raw-task-definition.js";
import { present } from "../../common/present.js";
import { consoleLinks } from "../../ecs/console-links.js";
import { runningOf } from "../../ecs/containers.js";
import { readService } from "../../ecs/service.js";
import { describeRevisions, readServiceDeployments } from "../../ecs/service-deployments.js";
import { readTasks, taskArns } from "../../ecs/tasks.js";
import { readHistory } from "../history/read-history.js";
import type { Session } from "../session.js";
import { assembleReport } from "./assemble-report.js";
import { type ChosenDeployment, chooseDeployment, type WantedDeployment } from "./choose-deployment.js";
import type { DeploymentReport } from "./deployment-report.js";
import { readLogs } from "./read-logs.js";
import type { ReportFacts } from "./report-facts.js";

/** Number of deployments that are searched: for a version all that ECS keeps in a page, since it may be any. */
const searched = { latest: 10, named: 100 };

/**
 * Rebuilds the report of a deployment from AWS: the service, its deployments and revisions, events, tasks and logs.
 * @throws InputError when there is no such service or deployment.
 */
export async function readReport(session: Session, wanted: WantedDeployment): Promise<DeploymentReport> {
  const { aws, target, signal } = session;
  const isNamed = wanted.version !== undefined || wanted.deployment !== undefined;
  const [now, history] = await Promise.all([
    readService(aws, target, signal),
    readHistory(session, isNamed ? searched.named : searched.latest),
  ]);
  const chosen = chooseDeployment(history, wanted);
  const [deployment, tasks] = await Promise.all([describeOne(session, chosen.record.arn), readAllTasks(session)]);
  const revisions = await readRevisions(session, deployment, chosen, now.service);
  const facts: ReportFacts = { target, at: session.clock.now(), now, chosen, deployment, tasks, ...revisions };
  const report = assembleReport(facts);
  const console = consoleLinks(target, aws.endpoint);
  return { ...report, ...present({ console }), logs: await readLogs(session, report, revisions.definitions) };
}

async function describeOne(session: Session, arn: string): Promise<ServiceDeployment> {
  const [deployment] = await readServiceDeployments(session, [arn]);
  return deployment ?? { serviceDeploymentArn: arn };
}

/** Reads all tasks of the service that ECS still returns, with their times. */
async function readAllTasks(session: Session): Promise<Task[]> {
  const lists = await Promise.all([taskArns(session, "RUNNING"), taskArns(session, "STOPPED")]);
  return await readTasks(session, [...new Set(lists.flat())]);
}

/** Reads the service revisions of a deployment and their task definitions, by ARN. Those that were deleted are left out. */
async function readRevisions(
  session: Session,
  deployment: ServiceDeployment,
  { record, undo }: ChosenDeployment,
  { taskDefinition = "" }: Service,
): Promise<Pick<ReportFacts, "serviceRevisions" | "definitions" | "versions">> {
  const { sourceServiceRevisions = [], targetServiceRevision, rollback } = deployment;
  const arns = [targetServiceRevision, ...sourceServiceRevisions].map((one) => one?.arn);
  const wanted = [...new Set([...arns, rollback?.serviceRevisionArn])].filter((one) => one !== undefined);
  const serviceRevisions: Map<string, ServiceRevision> = await describeRevisions(session, wanted);
  const ofRevisions = [...serviceRevisions.values()].map((one) => one.taskDefinition ?? "");
  const all = new Set([record.taskDefinition, undo?.taskDefinition ?? "", taskDefinition, ...ofRevisions]);
  all.delete("");
  const definitions = new Map<string, RawTaskDefinition>();
  for (const arn of all) {
    const one = await existing(session, arn);
    if (one) definitions.set(arn, one);
  }
  const versions = [...definitions].flatMap(([arn, one]): [string, string][] => {
    const { version } = runningOf(one, session.target);
    return version === undefined ? [] : [[arn, version]];
  });
  return { serviceRevisions, definitions, versions: new Map(versions) };
}

async function existing({ aws, signal }: Session, arn: string): Promise<RawTaskDefinition | undefined> {
  try {
    return await describeTaskDefinition(aws.ecs, arn, signal);
  } catch (error) {
    if ((error as Error).name !== "ClientException") throw error;
    return undefined;
  }
}
