import { invalidParameter } from "./errors.js";
import { asObject, type Members, parseObject } from "./policy-json.js";

/** Maximum length of a policy, in characters: https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html */
const LONGEST = 30_720;

const TAG_STATUSES = ["any", "tagged", "untagged"];
const COUNT_TYPES = ["imageCountMoreThan", "sinceImagePulled", "sinceImagePushed", "sinceImageTransitioned"];
const SELECTION = ["tagStatus", "countType", "countNumber"];
const MOST_WILDCARDS = 4;

interface Rule {
  rulePriority: number;
  selection: Members;
}

/**
 * Validates a lifecycle policy. @throws AwsError with the message of ECR's JSON schema validator.
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html
 */
export function checkLifecyclePolicy(text: string): void {
  if (text.length > LONGEST) {
    throw invalidParameter("lifecyclePolicyText", `must have length less than or equal to ${LONGEST}`);
  }
  const policy = parseObject(text) ?? fail("Could not map policyString into LifecyclePolicy.");
  mustHave(policy, ["rules"], []);
  if (!Array.isArray(policy.rules)) throw wrongType(policy.rules, "array");
  if (policy.rules.length === 0)
    throw failure("array is too short: must have at least 1 elements but instance has 0 elements");
  checkTogether(policy.rules.map(checkRule));
}

function checkRule(value: unknown): Rule {
  const rule = asObject(value) ?? fail(wrongTypeText(value, "object"));
  mustHave(rule, ["action", "rulePriority", "selection"], ["description"]);
  const { rulePriority, description } = rule;
  mustBeCount(rulePriority);
  if (description !== undefined && typeof description !== "string") throw wrongType(description, "string");
  const selection = asObject(rule.selection) ?? fail(wrongTypeText(rule.selection, "object"));
  checkSelection(selection);
  checkAction(asObject(rule.action) ?? fail(wrongTypeText(rule.action, "object")));
  return { rulePriority: Number(rulePriority), selection };
}

function checkSelection(selection: Members): void {
  mustHave(selection, SELECTION, ["tagPrefixList", "tagPatternList", "countUnit", "storageClass"]);
  const { tagStatus, countType, countNumber, countUnit, storageClass } = selection;
  mustBeOneOf(tagStatus, TAG_STATUSES);
  mustBeOneOf(countType, COUNT_TYPES);
  mustBeCount(countNumber);
  if (countUnit !== undefined) mustBeOneOf(countUnit, ["days"]);
  if (storageClass !== undefined) mustBeOneOf(storageClass, ["archive", "standard"]);
  // One schema for image counts, another for ages: ages require a unit, counts have none.
  const isAge = countType !== "imageCountMoreThan";
  const ofArchive = countType === "sinceImageTransitioned";
  const classFits = ofArchive ? storageClass === "archive" : (storageClass ?? "standard") === "standard";
  if (isAge !== (countUnit !== undefined) || !classFits) throw failure(NO_SCHEMA);
  checkTags(selection);
}

function checkTags({ tagStatus, tagPrefixList, tagPatternList }: Members): void {
  const lists = [tagPrefixList, tagPatternList].filter((list) => list !== undefined);
  for (const list of lists) {
    if (!Array.isArray(list)) throw wrongType(list, "array");
    if (!list.every((each) => typeof each === "string" && each !== "")) throw failure(NO_SCHEMA);
  }
  if (tagStatus !== "tagged") {
    if (lists.length > 0) throw failure(NO_SCHEMA);
    return;
  }
  if (!lists.some((list) => Array.isArray(list) && list.length > 0)) {
    throw failure("Must specify tagPrefixList or tagPatternList when tagStatus=TAGGED.");
  }
  if (lists.length > 1) throw failure("Only one of tagPrefixList and tagPatternList can be specified.");
  const patterns = Array.isArray(tagPatternList) ? tagPatternList.map(String) : [];
  if (patterns.some((pattern) => pattern.split("*").length - 1 > MOST_WILDCARDS)) {
    throw failure(`A tag pattern can have at most ${MOST_WILDCARDS} wildcards.`);
  }
}

function checkAction(action: Members): void {
  mustHave(action, ["type"], ["targetStorageClass"]);
  mustBeOneOf(action.type, ["expire", "transition"]);
  if ((action.type === "transition") !== (action.targetStorageClass === "archive")) throw failure(NO_SCHEMA);
}

function checkTogether(rules: Rule[]): void {
  const priorities = rules.map(({ rulePriority }) => rulePriority);
  if (new Set(priorities).size < rules.length) throw failure("Rule priorities must be unique.");
  const byClass = new Map<unknown, Rule[]>();
  for (const rule of rules) {
    const { storageClass = "standard" } = rule.selection;
    byClass.set(storageClass, [...(byClass.get(storageClass) ?? []), rule]);
  }
  for (const ofClass of byClass.values()) {
    const of = (status: string) => ofClass.filter(({ selection }) => selection.tagStatus === status);
    if (of("untagged").length > 1) throw failure("Only one rule can select Untagged images per storage class");
    const last = Math.max(...ofClass.map(({ rulePriority }) => rulePriority));
    if (of("any").some(({ rulePriority }) => rulePriority < last)) {
      throw failure("Rule for tagStatus=ANY must have the lowest priority per storage class");
    }
  }
}

const NO_SCHEMA = "instance failed to match exactly one schema (matched 0 out of 2)";

function mustHave(members: Members, required: string[], optional: string[]): void {
  const missing = required.filter((name) => members[name] === undefined);
  if (missing.length > 0) throw failure(`object has missing required properties (${JSON.stringify(missing.sort())})`);
  const other = Object.keys(members).filter((name) => ![...required, ...optional].includes(name));
  if (other.length === 0) return;
  throw failure(`object instance has properties which are not allowed by the schema: ${JSON.stringify(other.sort())}`);
}

function mustBeOneOf(value: unknown, accepted: string[]): void {
  if (typeof value !== "string") throw wrongType(value, "string");
  if (accepted.includes(value)) return;
  throw failure(
    `instance value (${JSON.stringify(value)}) not found in enum (possible values: ${JSON.stringify(accepted)})`,
  );
}

function mustBeCount(value: unknown): void {
  if (!Number.isInteger(value)) throw wrongType(value, "integer");
  if (Number(value) >= 1) return;
  throw failure(`numeric instance is lower than the required minimum (minimum: 1, found: ${value})`);
}

function wrongTypeText(value: unknown, wanted: string): string {
  const type = value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
  return `instance type (${type}) does not match any allowed primitive type (allowed: ["${wanted}"])`;
}

const wrongType = (value: unknown, wanted: string) => failure(wrongTypeText(value, wanted));

const failure = (why: string) => invalidParameter("LifecyclePolicyText", `Lifecycle policy validation failure: ${why}`);

function fail(why: string): never {
  throw failure(why);
}
