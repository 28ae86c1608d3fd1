import type { Clock } from "../clock.js";
import { partitionOf } from "../partition.js";
import { number, record, required, text } from "../protocol/input.js";
import { page } from "../protocol/paging.js";
import { AwsError, type Caller, type JsonObject, type Service } from "../protocol/service.js";
import type { StateDirectory } from "../state.js";
import { getOrMake, storedMap } from "../stored-map.js";

/** By region, then by name. */
interface SchedulerState {
  schedules: Map<string, Map<string, Schedule>>;
}

interface StoredScheduler {
  schedules?: Record<string, Record<string, Schedule>>;
}

interface Schedule {
  /** Input of CreateSchedule. */
  settings: JsonObject;
  /** Milliseconds since the epoch. */
  createdAt: number;
}

const restore = ({ schedules }: StoredScheduler): SchedulerState => ({
  schedules: storedMap(schedules, (ofRegion) => storedMap(ofRegion)),
});

/**
 * Stores schedules of Amazon EventBridge Scheduler in the default group. No schedule ever fires. For tools that read which task definitions
 * schedules name.
 */
export function createEventBridgeScheduler({ state, clock }: { state: StateDirectory; clock: Clock }): Service {
  const document = state.document("scheduler", (): SchedulerState => ({ schedules: new Map() }), restore);
  const schedulesOf = ({ region }: Caller) =>
    getOrMake(document.value.schedules, region, () => new Map<string, Schedule>());
  const find = (input: JsonObject, caller: Caller) => {
    inDefaultGroup(input);
    const name = required(input, "Name");
    const schedule = schedulesOf(caller).get(name);
    if (schedule) return { name, schedule };
    throw new AwsError("ResourceNotFoundException", `Schedule ${name} does not exist.`, 404);
  };

  return {
    signingName: "scheduler",
    targetPrefix: "scheduler",
    operations: {
      CreateSchedule(input, caller) {
        inDefaultGroup(input);
        const { ClientToken: _token, ...settings } = input;
        const name = required(input, "Name");
        if (schedulesOf(caller).has(name))
          throw new AwsError("ConflictException", `Schedule ${name} already exists.`, 409);
        schedulesOf(caller).set(name, { settings, createdAt: clock.now() });
        document.save();
        return { ScheduleArn: arnOf(caller, name) };
      },

      GetSchedule(input, caller) {
        const { name, schedule } = find(input, caller);
        return { ...view(caller, name, schedule), ...schedule.settings };
      },

      ListSchedules(input, caller) {
        inDefaultGroup(input);
        const prefix = text(input, "NamePrefix") ?? "";
        const found = [...schedulesOf(caller)].filter(
          ([name, { settings }]) =>
            name.startsWith(prefix) && [undefined, settings.State ?? "ENABLED"].includes(text(input, "State")),
        );
        const bad = () => new AwsError("ValidationException", "Invalid NextToken.");
        const { items, nextToken } = page(found, number(input, "MaxResults") ?? 100, text(input, "NextToken"), bad);
        const Schedules = items.map(([name, schedule]) => ({
          ...view(caller, name, schedule),
          Target: { Arn: record(schedule.settings, "Target")?.Arn ?? "" },
        }));
        return { Schedules, ...(nextToken !== undefined && { NextToken: nextToken }) };
      },

      DeleteSchedule(input, caller) {
        const { name } = find(input, caller);
        schedulesOf(caller).delete(name);
        document.save();
        return {};
      },
    },
  };
}

function view(caller: Caller, name: string, { settings, createdAt }: Schedule): JsonObject {
  const at = createdAt / 1000;
  return {
    Arn: arnOf(caller, name),
    Name: name,
    GroupName: "default",
    State: settings.State ?? "ENABLED",
    CreationDate: at,
    LastModificationDate: at,
  };
}

function inDefaultGroup(input: JsonObject): void {
  const group = text(input, "GroupName") ?? "default";
  if (group === "default") return;
  throw new AwsError(
    "ResourceNotFoundException",
    `Schedule group ${group} does not exist: this local AWS has the default group only.`,
    404,
  );
}

function arnOf({ region, accountId }: Caller, name: string): string {
  return `arn:${partitionOf(region)}:scheduler:${region}:${accountId}:schedule/default/${name}`;
}
