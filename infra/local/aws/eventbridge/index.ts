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

/**
 * Stores rules and targets of Amazon EventBridge on the default bus. No rule ever fires. For tools that read which task definitions rules
 * name.
 */
export function createEventBridge({ state }: { state: StateDirectory }): Service {
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
