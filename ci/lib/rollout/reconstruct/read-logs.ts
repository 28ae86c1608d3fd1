import type { RawTaskDefinition } from "../../aws/raw-task-definition.js";
import { nameIn } from "../../common/aws-names.js";
import { present } from "../../common/present.js";
import { logStreamLink } from "../../ecs/console-links.js";
import { logTail } from "../../ecs/log-tail.js";
import type { Session } from "../session.js";
import type { DeploymentReport, TaskLog, TaskReport } from "./deployment-report.js";

/** Maximum number of tasks whose log is read: further ones of the same failure repeat it. */
const most = 3;

/**
 * Reads the ends of the logs of failed tasks, the diagnosed one first; where none failed, of the newest task of the deployment.
 */
export async function readLogs(
  session: Session,
  { tasks, diagnosis, release }: DeploymentReport,
  definitions: ReadonlyMap<string, RawTaskDefinition>,
): Promise<TaskLog[]> {
  const own = tasks.filter(({ group }) => group === "new");
  const failed = tasks.filter(({ failed, group }) => failed && group !== "old");
  const shown = own.find(({ id }) => diagnosis?.task !== undefined && id === nameIn(diagnosis.task));
  const chosen = [...new Set([...(shown ? [shown] : []), ...failed])].slice(0, most);
  const wanted = chosen.length > 0 ? chosen : own.slice(-1);
  const logs = wanted.map(async (task): Promise<TaskLog[]> => {
    const definition = definitions.get(task.taskDefinition) ?? definitions.get(release.taskDefinition);
    if (!definition) return [];
    const container = (task === shown && diagnosis?.container) || session.target.container;
    const log = await tail(session, definition, task, container);
    const console = "stream" in log ? logStreamLink(log, session.target.region, session.aws.endpoint) : undefined;
    return [{ task: task.id, container, log, ...present({ console }) }];
  });
  return (await Promise.all(logs)).flat();
}

/** A task definition that lacks the container has no log of it: the report is made all the same. */
async function tail(session: Session, { taskDefinition }: RawTaskDefinition, { id }: TaskReport, container: string) {
  try {
    return await logTail(session, taskDefinition, id, container);
  } catch (error) {
    return { unavailable: (error as Error).message };
  }
}
