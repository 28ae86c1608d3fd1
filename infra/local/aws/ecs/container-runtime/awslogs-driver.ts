import { lineBatches, type OnOutput } from "../../../containers/output.js";
import type { Clock } from "../../clock.js";
import type { LogSink } from "../../logs/sink.js";
import { object } from "../model/task-definition-json.js";
import type { TaskSpec } from "../task-runtime.js";
import type { ContainerPlan } from "./container-plan.js";
import { TaskFailure } from "./task-failure.js";

/** Writes a container's output to the destination of its log configuration. */
export interface LogDriver {
  write: OnOutput;
  /** Writes the last line, which has no line end. Called once, at the end of the output. */
  flush(): void;
}

export interface LogDriverDeps {
  /** Returns the logs of a region. */
  logs: (region: string) => LogSink;
  clock: Clock;
}

const silent: LogDriver = { write: () => undefined, flush: () => undefined };

/**
 * Opens the `awslogs` driver: one event a line of up to 256 KiB, in the stream `prefix/container/task-id`. The output of a container without a
 * log configuration is discarded.
 *
 * @throws {TaskFailure} The log group does not exist, or the driver is another one.
 */
export function openLogDriver(
  spec: TaskSpec,
  { name, definition }: ContainerPlan,
  { logs, clock }: LogDriverDeps,
): LogDriver {
  const configuration = object(definition.logConfiguration);
  if (configuration.logDriver === undefined) return silent;
  if (configuration.logDriver !== "awslogs") {
    throw invalid(
      `the local AWS supports the awslogs driver only, and container ${name} uses ${configuration.logDriver}`,
      name,
    );
  }
  const options = object(configuration.options);
  const group = String(options["awslogs-group"]);
  const sink = logs(String(options["awslogs-region"]));
  if (options["awslogs-create-group"] === "true") sink.createGroup(group);
  if (!sink.groupExists(group)) {
    throw invalid(
      "create stream has been retried 1 times: failed to create Cloudwatch log stream: ResourceNotFoundException: " +
        "The specified log group does not exist. : exit status 1",
      name,
    );
  }
  const prefix = options["awslogs-stream-prefix"];
  const stream = prefix === undefined ? spec.taskId : `${prefix}/${name}/${spec.taskId}`;
  const { write, flush } = lineBatches((_, lines) => {
    const timestamp = clock.now();
    // Docker's driver writes no event for an empty line either.
    const events = lines.filter((message) => message !== "").map((message) => ({ timestamp, message }));
    sink.append(group, stream, events);
  });
  return { write, flush };
}

function invalid(why: string, container: string): TaskFailure {
  return new TaskFailure(`ResourceInitializationError: failed to validate logger args: ${why}`, container);
}
