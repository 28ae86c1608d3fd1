import type { JsonObject } from "../aws/raw-task-definition.js";
import { abort, sdk } from "../aws/sdk.js";
import { nameIn } from "../common/aws-names.js";
import { cut } from "../common/cut.js";
import { containerOf } from "./containers.js";
import type { EcsContext } from "./context.js";

/** The last lines of a container's log, each cut at 4,000 characters; or the reason why there are none. */
export type LogTail = (LogPlace & { lines: string[] }) | { unavailable: string };

/** A log stream of CloudWatch Logs. */
export interface LogPlace {
  group: string;
  stream: string;
}

/**
 * Reads the last lines that a task's container wrote, where its log goes to CloudWatch Logs.
 * @param taskDefinition The raw revision that names the log's group and prefix.
 * @param container The app's own by default.
 */
export async function logTail(
  context: EcsContext,
  taskDefinition: JsonObject,
  taskArn: string,
  container = context.target.container,
  lines = 20,
): Promise<LogTail> {
  const place = logPlaceOf(context, taskDefinition, taskArn, container);
  if ("unavailable" in place) return place;
  try {
    const { group, stream } = place;
    const command = new sdk.logs.GetLogEventsCommand({ logGroupName: group, logStreamName: stream, limit: lines });
    const { events } = await context.aws.logs.send(command, abort(context));
    return { group, stream, lines: (events ?? []).map((event) => cut((event.message ?? "").trimEnd())) };
  } catch (error) {
    // The log is only evidence: a failed read must not hide the verdict, which is already known.
    return { unavailable: `${place.group}/${place.stream}: ${(error as Error).message}` };
  }
}

/**
 * Returns the log stream of a task's container, or the reason why it is not known. Pure.
 * @param taskDefinition The raw revision of the task.
 * @param taskArn An ARN or an id.
 */
export function logPlaceOf(
  context: Pick<EcsContext, "target">,
  taskDefinition: JsonObject,
  taskArn: string,
  name: string,
): LogPlace | { unavailable: string } {
  const configuration = containerOf(taskDefinition, name).logConfiguration as JsonObject | undefined;
  if (configuration?.logDriver !== "awslogs") {
    return { unavailable: `container ${name} logs through ${configuration?.logDriver ?? "no driver"}, not awslogs` };
  }
  const options = configuration.options as Record<string, string>;
  const prefix = options["awslogs-stream-prefix"];
  if (prefix === undefined)
    return { unavailable: "awslogs-stream-prefix is not set, so the stream's name is not known" };
  const region = options["awslogs-region"];
  if (region !== undefined && region !== context.target.region) return { unavailable: `the log is in ${region}` };
  return { group: options["awslogs-group"] ?? "", stream: `${prefix}/${name}/${nameIn(taskArn)}` };
}
