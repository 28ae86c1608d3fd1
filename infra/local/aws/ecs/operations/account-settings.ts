import { partitionOf } from "../../partition.js";
import { arnPrefix } from "../model/ecs-arns.js";
import type { AccountSettingRecord, EcsState } from "../model/ecs-state.js";
import { invalidParameter } from "./common/ecs-errors.js";
import { pageByKey } from "./common/key-paging.js";
import type { Caller, JsonObject, OperationContext, Operations } from "./common/operation-context.js";
import { textIn } from "./common/operation-context.js";

const SWITCH = ["enabled", "disabled"];
const ON_OFF = ["on", "off"];

/** The values of each setting, its default first: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-account-settings.html */
const SETTINGS = new Map<string, readonly string[]>([
  ["awsvpcTrunking", ["disabled", "enabled"]],
  ["containerInsights", ["disabled", "enabled", "enhanced"]],
  ["containerInstanceLongArnFormat", SWITCH],
  ["defaultLogDriverMode", ["non-blocking", "blocking"]],
  ["dualStackIPv6", ["disabled", "enabled"]],
  ["fargateEventWindows", ["disabled", "enabled"]],
  ["fargateFIPSMode", ["disabled", "enabled"]],
  ["fargateTaskRetirementWaitPeriod", ["7", "0", "14"]],
  ["guardDutyActivate", ["off", "on"]],
  ["serviceLongArnFormat", SWITCH],
  ["tagResourceAuthorization", ON_OFF],
  ["taskLongArnFormat", SWITCH],
]);

export const accountSettingOperations: Operations = (api) => ({
  ListAccountSettings: (input, caller) => {
    const name = textIn(input, "name");
    const value = textIn(input, "value");
    if (name !== undefined) valuesOf(name);
    if (value !== undefined && name === undefined) throw invalidParameter("A value can only be given with a name.");
    const principalArn = principalOf(input, caller);
    const { state } = api.scheduler;
    const found = [...SETTINGS.keys()]
      .map((each) =>
        input.effectiveSettings === true
          ? effectiveSetting(state, caller, principalArn, each)
          : state.accountSettings[keyOf(caller, principalArn, each)],
      )
      .filter((each): each is AccountSettingRecord => each !== undefined)
      .filter((each) => (name === undefined || each.name === name) && (value === undefined || each.value === value));
    const { items, ...next } = pageByKey(found, input, { keyOf: (each) => each.name, size: 10 });
    return { settings: items.map(view), ...next };
  },

  PutAccountSetting: (input, caller) => put(api, input, caller, principalOf(input, caller)),
  PutAccountSettingDefault: (input, caller) => put(api, input, caller, rootOf(caller)),

  DeleteAccountSetting: (input, caller) => {
    const name = textIn(input, "name") ?? "";
    valuesOf(name);
    const principalArn = principalOf(input, caller);
    return api.scheduler.change(({ state }) => {
      delete state.accountSettings[keyOf(caller, principalArn, name)];
      return { setting: view(effectiveSetting(state, caller, principalArn, name)) };
    });
  },
});

function put(api: OperationContext, input: JsonObject, caller: Caller, principalArn: string): JsonObject {
  const [name = "", value = ""] = [textIn(input, "name"), textIn(input, "value")];
  const values = valuesOf(name);
  if (!values.includes(value))
    throw invalidParameter(`value '${value}' of ${name}: ${values.join(", ")} are accepted.`);
  return api.scheduler.change(({ state }) => {
    const setting = { name, value, principalArn };
    state.accountSettings[keyOf(caller, principalArn, name)] = setting;
    return { setting: view(setting) };
  });
}

/** Returns the effective setting of a principal: its own, else the account's, else ECS's default. */
export function effectiveSetting(
  state: EcsState,
  caller: Caller,
  principalArn: string,
  name: string,
): AccountSettingRecord {
  const root = rootOf(caller);
  return (
    state.accountSettings[keyOf(caller, principalArn, name)] ??
    state.accountSettings[keyOf(caller, root, name)] ?? { name, value: valuesOf(name)[0] ?? "", principalArn: root }
  );
}

function valuesOf(name: string): readonly string[] {
  const values = SETTINGS.get(name);
  if (values === undefined) throw invalidParameter(`name '${name}': ${[...SETTINGS.keys()].join(", ")} are accepted.`);
  return values;
}

const rootOf = ({ accountId, region }: Caller) => `arn:${partitionOf(region)}:iam::${accountId}:root`;
const keyOf = (caller: Caller, principalArn: string, name: string) => `${arnPrefix(caller)} ${principalArn} ${name}`;

/** Returns the principal of the request; by default the caller. */
function principalOf(input: JsonObject, caller: Caller): string {
  const principalArn = textIn(input, "principalArn");
  if (principalArn === undefined) return caller.arn;
  if (!new RegExp(`^arn:aws[a-z-]*:iam::${caller.accountId}:(root|user/.+|role/.+)$`).test(principalArn)) {
    throw invalidParameter(
      `The principalArn '${principalArn}' is not a user, a role or the root user of this account.`,
    );
  }
  return principalArn;
}

const view = ({ name, value, principalArn }: AccountSettingRecord): JsonObject => ({
  name,
  value,
  principalArn,
  type: "user",
});
