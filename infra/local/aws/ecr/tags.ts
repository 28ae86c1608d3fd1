import { records, required, text, texts } from "../protocol/input.js";
import { AwsError, type JsonObject, type Operation } from "../protocol/service.js";
import { invalidParameter } from "./errors.js";
import { type EcrStore, findRepository, type Repository } from "./store.js";

const MOST_TAGS = 50;

/** Operations on the resource tags of a repository (not image tags). */
export function tagOperations(store: EcrStore): Record<string, Operation> {
  return {
    ListTagsForResource: (input) => ({
      tags: byArn(required(input, "resourceArn")).tags.map(({ key, value }) => ({ Key: key, Value: value })),
    }),

    TagResource(input) {
      const repository = byArn(required(input, "resourceArn"));
      const added = readTags(input, "tags");
      const kept = repository.tags.filter(({ key }) => !added.some((tag) => tag.key === key));
      if (kept.length + added.length > MOST_TAGS) {
        throw new AwsError("TooManyTagsException", `A repository can have at most ${MOST_TAGS} tags.`);
      }
      repository.tags = [...kept, ...added];
      store.document.save();
      return {};
    },

    UntagResource(input) {
      const repository = byArn(required(input, "resourceArn"));
      const removed = texts(input, "tagKeys") ?? [];
      repository.tags = repository.tags.filter(({ key }) => !removed.includes(key));
      store.document.save();
      return {};
    },
  };

  function byArn(arn: string): Repository {
    const [, region, account, name] = /^arn:aws[\w-]*:ecr:([^:]+):(\d{12}):repository\/(.+)$/.exec(arn) ?? [];
    if (!region || !account || !name) throw invalidParameter("resourceArn", "must be the ARN of a repository");
    return findRepository(store, region, name, account);
  }
}

/** Reads `[{Key, Value}]`. */
export function readTags(input: JsonObject, member: string): { key: string; value: string }[] {
  return (records(input, member) ?? []).map((tag) => {
    const key = required(tag, "Key");
    if (key.startsWith("aws:")) {
      throw new AwsError("InvalidTagParameterException", "Tag keys that begin with 'aws:' are reserved for AWS use.");
    }
    return { key, value: text(tag, "Value") ?? "" };
  });
}
