import type { Container, Task } from "@aws-sdk/client-ecs";
import { nameIn } from "../common/aws-names.js";
import { InputError } from "../common/errors.js";
import type { CurrentService } from "../ecs/service.js";
import { readTasks, taskArns } from "../ecs/tasks.js";
import type { Session } from "../rollout/session.js";
import { checkContainer } from "./check-container.js";

export interface ExecChoice {
  /** The target's container where it is absent. */
  container?: string;
  /** Id of a task, or its first digits. */
  task?: string;
  /** Command that is run in the container. */
  command: string;
}

/**
 * Returns the command of the AWS CLI that opens a shell in a task of the service. A function of Dagger has no terminal of its own.
 * @throws InputError when no task can take it, with the reason and the fix.
 */
export async function execCommand(
  session: Session,
  { service, current }: CurrentService,
  { task, command, container = session.target.container }: ExecChoice,
): Promise<string> {
  checkContainer(current, container);
  const { region, cluster, service: name } = session.target;
  const running = (await runningTasks(session)).filter(({ taskArn = "" }) => nameIn(taskArn).startsWith(task ?? ""));
  if (running.length === 0) {
    const which = task === undefined ? "" : ` that begins with ${JSON.stringify(task.slice(0, 40))}`;
    throw new InputError(
      "no-task",
      `Service ${name} has no running task${which}. Accepted: the first digits of a task that \`logs\` or \`status\` shows.`,
    );
  }
  const ready = running.find((one) => agentOf(one, container)?.lastStatus === "RUNNING");
  if (!ready) throw notReady(session, service.enableExecuteCommand === true, running, container);
  const { endpoint } = session.aws;
  const words = [
    ...["aws", "ecs", "execute-command", "--region", region, "--cluster", cluster],
    ...["--task", nameIn(ready.taskArn ?? ""), "--container", container, "--interactive", "--command", command],
    ...(endpoint === undefined ? [] : ["--endpoint-url", endpoint]),
  ];
  return `${words.map(quotedWord).join(" ")}\n`;
}

async function runningTasks(session: Session): Promise<Task[]> {
  const arns = await taskArns(session, "RUNNING");
  const tasks = await readTasks(session, arns.slice(0, 100));
  return tasks.filter(({ lastStatus }) => lastStatus === "RUNNING");
}

function agentOf({ containers = [] }: Task, name: string): NonNullable<Container["managedAgents"]>[number] | undefined {
  const agents = containers.find((one) => one.name === name)?.managedAgents;
  return agents?.find((one) => one.name === "ExecuteCommandAgent");
}

function notReady({ target }: Session, isEnabled: boolean, tasks: readonly Task[], container: string): InputError {
  const { region, cluster, service } = target;
  if (!isEnabled) {
    return new InputError(
      "exec-disabled",
      `Execute command is not enabled on service ${service} (enableExecuteCommand is false). Enable it, which replaces the tasks: aws ecs update-service --region ${region} --cluster ${cluster} --service ${service} --enable-execute-command --force-new-deployment. The task role needs ssmmessages:CreateControlChannel, CreateDataChannel, OpenControlChannel and OpenDataChannel.`,
    );
  }
  if (tasks.every(({ enableExecuteCommand }) => !enableExecuteCommand)) {
    return new InputError(
      "exec-not-in-tasks",
      `Execute command is enabled on service ${service}, and its tasks started before. Replace them: deploy --published --force with the running version.`,
    );
  }
  const agents = tasks.flatMap((task) => agentOf(task, container) ?? []);
  const states = [...new Set(agents.map(({ lastStatus, reason }) => [lastStatus, reason].filter(Boolean).join(": ")))];
  return new InputError(
    "exec-not-ready",
    `The agent for execute command does not run in container ${container} of any task (${states.join("; ") || "ECS returns no agent"}). Wait for a task that has just started; else check that the task role has the four ssmmessages actions and that the task reaches the endpoint ssmmessages.${region}.`,
  );
}

/** Quotes a word for a POSIX shell where it needs that. */
function quotedWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
