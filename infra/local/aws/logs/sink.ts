/** Destination of containers' output: CloudWatch Logs of one region, by the operations of the `awslogs` driver. */
export interface LogSink {
  groupExists(group: string): boolean;
  /** Creates the group if absent (`awslogs-create-group`). */
  createGroup(group: string): void;
  /** Appends events to a stream; creates the stream if absent. `timestamp` is milliseconds since the epoch. Does nothing without the group. */
  append(group: string, stream: string, events: { timestamp: number; message: string }[]): void;
}
