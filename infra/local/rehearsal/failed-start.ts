import { FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { DescribeTasksCommand, ListTasksCommand } from "@aws-sdk/client-ecs";
import { shown } from "./bad-input.js";
import type { LocalClients, SampleTarget } from "./seed.js";

/** Maximum lines of the log that are shown. */
const LINES = 20;

const next =
  "Correct the cause in the log. Variables and commands of the service are those of its task definition: pass it with --target.";

/**
 * Adds to the error of a first version that did not start the stop reasons of its tasks and the end of their log.
 *
 * @param groups Log groups of the service; the first one is read.
 * @throws {Error} Always.
 */
export async function describeFailedStart(
  { ecs, logs }: LocalClients,
  { cluster, service }: Pick<SampleTarget, "cluster" | "service">,
  [logGroupName = `/ecs/${service}`]: string[],
  error: Error,
): Promise<never> {
  const listed = await ecs.send(new ListTasksCommand({ cluster, serviceName: service, desiredStatus: "STOPPED" }));
  const [newest] = listed.taskArns ?? [];
  if (newest === undefined) throw error;
  const { tasks } = await ecs.send(new DescribeTasksCommand({ cluster, tasks: [newest] }));
  const containers = tasks?.[0]?.containers ?? [];
  const ended = containers.map(
    ({ name, exitCode, reason }) =>
      `  container ${name}: ${exitCode === undefined ? "did not start" : `exit code ${exitCode}`}${reason ? `, ${shown(reason)}` : ""}`,
  );
  const events = await logs.send(new FilterLogEventsCommand({ logGroupName })).then(
    ({ events = [] }) => events,
    () => [],
  );
  const lines = events.slice(-LINES).map(({ message = "" }) => `  │ ${shown(message).slice(1, -1)}`);
  const reason = tasks?.[0]?.stoppedReason;
  throw new Error(
    [error.message, ...(reason ? [`  task: ${shown(reason)}`] : []), ...ended, ...lines, next].join("\n"),
    {
      cause: error,
    },
  );
}
