import type { StateDirectory } from "../state.js";
import { number, records, required, text, texts } from "../wire/input.js";
import { page } from "../wire/paging.js";
import { AwsError, type Caller, type JsonObject, type Service } from "../wire/service.js";

/** By region, then by name. */
interface EventsState {
  rules: Record<string, Record<string, Rule>>;
}

interface Rule {
  /** What PutRule was sent: expression, pattern, state, description, role. */
  settings: JsonObject;
  /** As sent, by their id. */
  targets: Record<string, JsonObject>;
}

/**
 * Amazon EventBridge as a store of rules and targets on the default bus. Nothing here ever fires: no schedule starts a task and no event
 * is matched. It is there for those who ask which task definitions rules name.
 */
export function createEvents({ state }: { state: StateDirectory }): Service {
  const document = state.document<EventsState>("events", () => ({ rules: {} }));
  const rulesOf = ({ region }: Caller) => {
    document.value.rules[region] ??= {};
    return document.value.rules[region];
  };
  const find = (input: JsonObject, caller: Caller, member: string) => {
    onDefaultBus(input);
    const name = required(input, member);
    const rule = rulesOf(caller)[name];
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
        const { targets = {} } = rulesOf(caller)[name] ?? {};
        rulesOf(caller)[name] = { settings: { State: "ENABLED", ...settings }, targets };
        document.save();
        return { RuleArn: arnOf(caller, `rule/${name}`) };
      },

      DeleteRule(input, caller) {
        onDefaultBus(input);
        const name = required(input, "Name");
        const { targets = {} } = rulesOf(caller)[name] ?? {};
        if (Object.keys(targets).length > 0) throw invalid("Rule can't be deleted since it has targets.");
        delete rulesOf(caller)[name];
        document.save();
        return {};
      },

      ListRules(input, caller) {
        onDefaultBus(input);
        const prefix = text(input, "NamePrefix") ?? "";
        const found = Object.entries(rulesOf(caller)).filter(([name]) => name.startsWith(prefix));
        const { items, NextToken } = paged(found, input);
        const Rules = items.map(([Name, { settings }]) => {
          const Arn = arnOf(caller, `rule/${Name}`);
          return { Name, Arn, EventBusName: "default", ...settings };
        });
        return { Rules, ...NextToken };
      },

      PutTargets(input, caller) {
        const rule = find(input, caller, "Rule");
        for (const target of records(input, "Targets") ?? []) rule.targets[String(target.Id)] = target;
        document.save();
        return { FailedEntryCount: 0, FailedEntries: [] };
      },

      RemoveTargets(input, caller) {
        const rule = find(input, caller, "Rule");
        for (const id of texts(input, "Ids") ?? []) delete rule.targets[id];
        document.save();
        return { FailedEntryCount: 0, FailedEntries: [] };
      },

      ListTargetsByRule(input, caller) {
        const { items, NextToken } = paged(Object.values(find(input, caller, "Rule").targets), input);
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
    `Event bus ${bus} does not exist: this local AWS has the default one alone.`,
  );
}

function invalid(message: string): AwsError {
  return new AwsError("ValidationException", message);
}

function arnOf({ region, accountId }: Caller, rest: string): string {
  return `arn:aws:events:${region}:${accountId}:${rest}`;
}
