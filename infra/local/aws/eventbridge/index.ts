import { randomUUID } from "node:crypto";
import type { Clock } from "../clock.js";
import { partitionOf } from "../partition.js";
import { number, records, required, text, texts } from "../protocol/input.js";
import { page } from "../protocol/paging.js";
import { AwsError, type Caller, type JsonObject, type Service } from "../protocol/service.js";
import type { StateDirectory } from "../state.js";
import { getOrMake, storedMap } from "../stored-map.js";

/** By region, then by name. */
interface EventsState {
  rules: Map<string, Map<string, Rule>>;
}

interface StoredEvents {
  rules?: Record<string, Record<string, { settings: JsonObject; targets: Record<string, JsonObject> }>>;
}

interface Rule {
  /** Input of PutRule: expression, pattern, state, description, role. */
  settings: JsonObject;
  /** Targets as received, by their ID. */
  targets: Map<string, JsonObject>;
}

const restore = ({ rules }: StoredEvents): EventsState => ({
  rules: storedMap(rules, (ofRegion) =>
    storedMap(ofRegion, ({ settings, targets }) => ({ settings, targets: storedMap(targets) })),
  ),
});

export interface EventBridgeDeps {
  state: StateDirectory;
  clock: Clock;
  /** Receives each event that the bus accepted. */
  delivered: (region: string, bus: string, event: JsonObject) => void;
}

/**
 * Stores rules and targets of Amazon EventBridge on the default bus, for tools that read which task definitions rules name, and accepts
 * events. No rule ever fires: accepted events are log events, see services.ts.
 */
export function createEventBridge({ state, clock, delivered }: EventBridgeDeps): Service {
  const document = state.document("events", (): EventsState => ({ rules: new Map() }), restore);
  const rulesOf = ({ region }: Caller) => getOrMake(document.value.rules, region, () => new Map<string, Rule>());
  const find = (input: JsonObject, caller: Caller, member: string) => {
    onDefaultBus(input);
    const name = required(input, member);
    const rule = rulesOf(caller).get(name);
    if (rule) return rule;
    throw new AwsError("ResourceNotFoundException", `Rule ${name} does not exist on EventBus default.`);
  };

  return {
    signingName: "events",
    targetPrefix: "AWSEvents",
    operations: {
      ListEventBuses: (_input, caller) => ({
        EventBuses: [{ Name: "default", Arn: arnOf(caller, "event-bus/default") }],
      }),

      PutEvents(input, caller) {
        const entries = records(input, "Entries") ?? [];
        if (entries.length > mostEntries)
          throw invalid(
            "1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length less than or equal to 10",
          );
        for (const entry of entries) onDefaultBus(entry);
        const Entries = entries.map((entry): JsonObject => {
          const mistake = mistakeIn(entry);
          if (mistake) return mistake;
          const EventId = randomUUID();
          delivered(caller.region, "default", eventOf(entry, EventId, caller, clock.now()));
          return { EventId };
        });
        return { FailedEntryCount: Entries.filter(({ ErrorCode }) => ErrorCode !== undefined).length, Entries };
      },

      PutRule(input, caller) {
        onDefaultBus(input);
        const { Name: _name, Tags: _tags, EventBusName: _bus, ...settings } = input;
        const name = required(input, "Name");
        if (text(input, "ScheduleExpression") === undefined && text(input, "EventPattern") === undefined) {
          throw invalid("Parameter(s) EventPattern or ScheduleExpression must be specified.");
        }
        const { targets = new Map() } = rulesOf(caller).get(name) ?? {};
        rulesOf(caller).set(name, { settings: { State: "ENABLED", ...settings }, targets });
        document.save();
        return { RuleArn: arnOf(caller, `rule/${name}`) };
      },

      DeleteRule(input, caller) {
        onDefaultBus(input);
        const name = required(input, "Name");
        if (rulesOf(caller).get(name)?.targets.size) throw invalid("Rule can't be deleted since it has targets.");
        rulesOf(caller).delete(name);
        document.save();
        return {};
      },

      ListRules(input, caller) {
        onDefaultBus(input);
        const prefix = text(input, "NamePrefix") ?? "";
        const found = [...rulesOf(caller)].filter(([name]) => name.startsWith(prefix));
        const { items, NextToken } = paged(found, input);
        const Rules = items.map(([Name, { settings }]) => {
          const Arn = arnOf(caller, `rule/${Name}`);
          return { Name, Arn, EventBusName: "default", ...settings };
        });
        return { Rules, ...NextToken };
      },

      PutTargets(input, caller) {
        const rule = find(input, caller, "Rule");
        for (const target of records(input, "Targets") ?? []) rule.targets.set(required(target, "Id"), target);
        document.save();
        return { FailedEntryCount: 0, FailedEntries: [] };
      },

      RemoveTargets(input, caller) {
        const rule = find(input, caller, "Rule");
        for (const id of texts(input, "Ids") ?? []) rule.targets.delete(id);
        document.save();
        return { FailedEntryCount: 0, FailedEntries: [] };
      },

      ListTargetsByRule(input, caller) {
        const { items, NextToken } = paged([...find(input, caller, "Rule").targets.values()], input);
        return { Targets: items, ...NextToken };
      },
    },
  };
}

const MOST = 100;
const mostEntries = 10;

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsResultEntry.html */
function mistakeIn(entry: JsonObject): { ErrorCode: string; ErrorMessage: string } | undefined {
  for (const name of ["Source", "DetailType", "Detail"]) {
    if (!text(entry, name)) {
      const ErrorMessage = `Parameter ${name} is not valid. Reason: ${name} is a required argument.`;
      return { ErrorCode: "InvalidArgument", ErrorMessage };
    }
  }
  if (required(entry, "Source").startsWith("aws."))
    return { ErrorCode: "NotAuthorizedForSourceException", ErrorMessage: "Not authorized for the source." };
  return isObject(required(entry, "Detail"))
    ? undefined
    : { ErrorCode: "MalformedDetail", ErrorMessage: "Detail is malformed." };
}

function isObject(json: string): boolean {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html */
function eventOf(entry: JsonObject, id: string, { region, accountId }: Caller, now: number): JsonObject {
  const seconds = number(entry, "Time") ?? now / 1000;
  return {
    ...{ version: "0", id, "detail-type": entry.DetailType ?? "", source: entry.Source ?? "", account: accountId },
    time: new Date(Math.floor(seconds) * 1000).toISOString().replace(".000Z", "Z"),
    ...{ region, resources: entry.Resources ?? [], detail: JSON.parse(required(entry, "Detail")) },
  };
}

function paged<T>(items: T[], input: JsonObject): { items: T[]; NextToken: { NextToken?: string } } {
  const bad = () => new AwsError("ValidationException", "The nextToken is invalid.");
  const found = page(items, number(input, "Limit") ?? MOST, text(input, "NextToken"), bad);
  return { items: found.items, NextToken: found.nextToken === undefined ? {} : { NextToken: found.nextToken } };
}

function onDefaultBus(input: JsonObject): void {
  const bus = text(input, "EventBusName") ?? "default";
  if (bus === "default" || bus.endsWith(":event-bus/default")) return;
  throw new AwsError(
    "ResourceNotFoundException",
    `Event bus ${bus} does not exist: this local AWS has the default one only.`,
  );
}

function invalid(message: string): AwsError {
  return new AwsError("ValidationException", message);
}

function arnOf({ region, accountId }: Caller, rest: string): string {
  return `arn:${partitionOf(region)}:events:${region}:${accountId}:${rest}`;
}
