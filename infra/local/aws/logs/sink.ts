/** Where the containers' output goes: CloudWatch Logs as the `awslogs` driver sees it, in one region. */
export interface LogSink {
  groupExists(group: string): boolean;
  /** Makes the group unless it is there (`awslogs-create-group`). */
  createGroup(group: string): void;
  /** Adds events to a stream, which is made when it is not there. `timestamp` is milliseconds since the epoch. Nothing happens when there is no such group. */
  append(group: string, stream: string, events: { timestamp: number; message: string }[]): void;
}
