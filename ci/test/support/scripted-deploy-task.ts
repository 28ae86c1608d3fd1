/** Extension of the scripted ECS for deploy tasks: RunTask with its client tokens, StopTask and TagResource. */
import type { JsonObject } from "../../lib/aws/raw-task-definition.js";
import type { Clock } from "../../lib/common/clock.js";
import { Fault, type Script } from "./fake-aws.js";
import { target, type World } from "./scripted-ecs.js";

/** Behaviour of a task: its end in seconds after RunTask, and the exit code of the target's container; without one it never started. */
export interface Behaviour {
  /** Seconds after RunTask; absent for a task that never ends by itself. */
  ends?: number;
  exitCode?: number;
  stopCode?: string;
  stoppedReason?: string;
  /** The other container of the task keeps running after the one that counts has ended. */
  hasCompanion?: boolean;
}

interface Run {
  arn: string;
  input: JsonObject;
  startedAt: number;
  behaviour: Behaviour;
  stopped?: { at: number; reason: string };
}

const hour = 3600;

/** Adds deploy tasks to a script. `runs` are the tasks that really ran. */
export function withDeployTasks(world: World, clock: Clock, script: Script, behaviour: () => Behaviour) {
  const runs: Run[] = [];
  const now = () => clock.now() / 1000;
  const known = () => runs.filter((run) => endOf(run) === undefined || now() - Number(endOf(run)) < hour);
  const handlers: Script = {
    RunTask: (input) => {
      const before = known().find((run) => run.input.clientToken === input.clientToken);
      if (before && JSON.stringify(before.input) !== JSON.stringify(input)) return new Conflict(before.arn);
      const run = before ?? begin(runs, input, now(), behaviour());
      return { tasks: [viewOf(run, now())], failures: [] };
    },
    StopTask: (input) => {
      const run = runs.find(({ arn }) => arn === input.task || arn.endsWith(`/${input.task}`));
      if (!run) return new Fault("InvalidParameterException", "The referenced task was not found.");
      if (viewOf(run, now()).lastStatus !== "STOPPED") run.stopped ??= { at: now(), reason: String(input.reason) };
      return { task: viewOf(run, now()) };
    },
    TagResource: (input) => {
      const revision = world.taskDefinitions.get(String(input.resourceArn));
      if (!revision) return new Fault("ClientException", "no such revision");
      const added = input.tags as JsonObject[];
      const kept = revision.tags.filter(({ key }) => !added.some((tag) => tag.key === key));
      revision.tags = [...kept, ...added];
      return {};
    },
    ListTasks: (input) => {
      if (input.startedBy === undefined) return script.ListTasks?.(input) ?? {};
      const own = known().filter(({ input: { startedBy } }) => startedBy === input.startedBy);
      const listed = own.filter((run) => viewOf(run, now()).desiredStatus === (input.desiredStatus ?? "RUNNING"));
      return { taskArns: listed.map(({ arn }) => arn) };
    },
    DescribeTasks: (input) => {
      const requested = input.tasks as string[];
      const own = known().filter(({ arn }) => requested.some((one) => arn === one || arn.endsWith(`/${one}`)));
      return own.length > 0 ? { tasks: own.map((run) => viewOf(run, now())) } : (script.DescribeTasks?.(input) ?? {});
    },
    GetLogEvents: () => ({ events: [{ message: "the log's end" }] }),
  };
  return { runs, script: { ...script, ...handlers } as Script };
}

/** Conflict as on the wire: with the tasks of the client token. */
class Conflict extends Fault {
  constructor(arn: string) {
    super("ConflictException", "conflicts", 400, { resourceIds: [arn] });
  }
}

function begin(runs: Run[], input: JsonObject, startedAt: number, behaviour: Behaviour): Run {
  const id = `d${runs.length}`.padEnd(32, "0");
  const arn = `arn:aws:ecs:us-west-2:123456789012:task/${target.cluster}/${id}`;
  const run: Run = { arn, input, startedAt, behaviour };
  runs.push(run);
  return run;
}

/** Returns the time of a task's end, in seconds. */
function endOf({ startedAt, behaviour, stopped }: Run): number | undefined {
  const own = behaviour.ends === undefined || behaviour.hasCompanion ? undefined : startedAt + behaviour.ends;
  return stopped ? Math.min(stopped.at + 2, own ?? Number.POSITIVE_INFINITY) : own;
}

function viewOf(run: Run, now: number): JsonObject {
  const { arn, input, startedAt, behaviour, stopped } = run;
  const hasExited = behaviour.ends !== undefined && now >= startedAt + behaviour.ends;
  const isOver = now >= (endOf(run) ?? Number.POSITIVE_INFINITY);
  const exitCode = hasExited ? behaviour.exitCode : isOver && stopped ? 137 : undefined;
  const byItself = { stopCode: "EssentialContainerExited", stoppedReason: "Essential container in task exited" };
  const ownEnd = { ...byItself, ...behaviour } as { stopCode: string; stoppedReason: string };
  const why = stopped ? { stopCode: "UserInitiated", stoppedReason: stopped.reason } : ownEnd;
  return {
    taskArn: arn,
    taskDefinitionArn: String(input.taskDefinition),
    startedBy: String(input.startedBy),
    lastStatus: isOver ? "STOPPED" : now >= startedAt + 4 ? "RUNNING" : "PENDING",
    desiredStatus: isOver || stopped ? "STOPPED" : "RUNNING",
    ...((isOver || stopped) && { stopCode: why.stopCode, stoppedReason: why.stoppedReason }),
    containers: [{ name: "app", ...(exitCode !== undefined && { exitCode }) }],
  };
}
