import type { Clock } from "../clock.js";
import { partitionOf } from "../partition.js";
import { number, record, required, text, texts } from "../protocol/input.js";
import { page } from "../protocol/paging.js";
import { AwsError, type Caller, type JsonObject, type Operation } from "../protocol/service.js";
import { checkGroupName, invalid } from "./names.js";
import type { LogGroup, LogStore } from "./store.js";

const RETENTIONS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** Operations on log groups, their retention and tags. */
export function groupOperations(store: LogStore, clock: Clock): Record<string, Operation> {
  const find = (input: JsonObject, caller: Caller) => store.find(caller.region, required(input, "logGroupName"));
  const byArn = (input: JsonObject) => {
    const arn = required(input, "resourceArn");
    const [, region, name] = /^arn:aws[\w-]*:logs:([^:]+):\d{12}:log-group:([^:]+)(?::\*)?$/.exec(arn) ?? [];
    if (!region || !name) throw invalid(`${arn} is not the ARN of a log group`);
    return store.find(region, name);
  };

  return {
    CreateLogGroup(input, caller) {
      const name = required(input, "logGroupName");
      checkGroupName(name);
      if (store.groups(caller.region).some((group) => group.name === name)) {
        throw new AwsError("ResourceAlreadyExistsException", "The specified log group already exists");
      }
      const tags = readTags(input);
      store.addGroup({ name, region: caller.region, creationTime: clock.now(), tags, streams: [] });
      return {};
    },

    DescribeLogGroups(input, caller) {
      const prefix = text(input, "logGroupNamePrefix") ?? "";
      const pattern = text(input, "logGroupNamePattern") ?? "";
      const found = store.groups(caller.region).filter(({ name }) => name.startsWith(prefix) && name.includes(pattern));
      const { items, nextToken } = page(found, number(input, "limit") ?? 50, text(input, "nextToken"), badToken);
      return { logGroups: items.map((group) => describe(group, caller)), ...(nextToken && { nextToken }) };
    },

    DeleteLogGroup(input, caller) {
      store.removeGroup(find(input, caller));
      return {};
    },

    PutRetentionPolicy(input, caller) {
      const group = find(input, caller);
      const days = number(input, "retentionInDays") ?? 0;
      if (!RETENTIONS.includes(days)) {
        throw invalid(
          `1 validation error detected: Value '${days}' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: [${RETENTIONS.join(", ")}]`,
        );
      }
      group.retentionInDays = days;
      store.save();
      return {};
    },

    DeleteRetentionPolicy(input, caller) {
      delete find(input, caller).retentionInDays;
      store.save();
      return {};
    },

    ListTagsForResource: (input) => ({ tags: Object.fromEntries(byArn(input).tags) }),

    TagResource(input) {
      const group = byArn(input);
      for (const [key, value] of readTags(input)) group.tags.set(key, value);
      store.save();
      return {};
    },

    UntagResource(input) {
      const group = byArn(input);
      for (const key of texts(input, "tagKeys") ?? []) group.tags.delete(key);
      store.save();
      return {};
    },
  };
}

export function badToken(): AwsError {
  return invalid("The specified nextToken is invalid.");
}

export function groupArn(group: LogGroup, caller: Caller): string {
  return `arn:${partitionOf(group.region)}:logs:${group.region}:${caller.accountId}:log-group:${group.name}`;
}

function describe(group: LogGroup, caller: Caller): JsonObject {
  return {
    logGroupName: group.name,
    creationTime: group.creationTime,
    ...(group.retentionInDays !== undefined && { retentionInDays: group.retentionInDays }),
    metricFilterCount: 0,
    arn: `${groupArn(group, caller)}:*`,
    storedBytes: 0,
    logGroupClass: "STANDARD",
    logGroupArn: groupArn(group, caller),
  };
}

function readTags(input: JsonObject): Map<string, string> {
  return new Map(Object.entries(record(input, "tags") ?? {}).map(([key, value]) => [key, String(value)]));
}
