import type { Readable } from "../../common/readable.js";
import type { Target } from "../../config/target.js";

/** Principals of ECS: for tasks, and for what ECS itself does, such as to change listener rules and to call hooks. */
export type EcsPrincipal = "ecs-tasks.amazonaws.com" | "ecs.amazonaws.com";

type Place = Pick<Target, "account" | "region">;
type Answer = "yes" | "no" | "unclear";
type OneOrMany<T> = T | T[];
interface Statement {
  Effect: string;
  Principal?: string | { Service?: OneOrMany<string>; AWS?: OneOrMany<string> };
  Action?: OneOrMany<string>;
  Condition?: Record<string, Record<string, OneOrMany<string>>>;
}

/**
 * Returns whether a role's trust policy lets a principal of ECS assume it, for an account and a region. The two conditions that the ECS
 * developer guide recommends are evaluated; any other makes the result unknown.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
 * @param document The policy as IAM returns it: percent-encoded JSON.
 */
export function trustsEcs(document: string, place: Place, ecs: EcsPrincipal): Readable<boolean> {
  const policy = JSON.parse(decodeURIComponent(document)) as { Statement: OneOrMany<Statement> };
  const answers = list(policy.Statement).map((one) => ({ effect: one.Effect, applies: applies(one, place, ecs) }));
  const has = (effect: string, applies: Answer) =>
    answers.some((one) => one.effect === effect && one.applies === applies);
  if (has("Deny", "yes")) return { value: false };
  if (has("Deny", "unclear")) return unclear;
  if (has("Allow", "yes")) return { value: true };
  return has("Allow", "unclear") ? unclear : { value: false };
}

const unclear = { unknown: "its trust policy has statements that are not evaluated" };

function applies({ Principal, Action, Condition = {} }: Statement, place: Place, ecs: EcsPrincipal): Answer {
  // A statement without Principal or Action has NotPrincipal or NotAction.
  const principal = Principal === undefined ? "unclear" : isEcs(Principal, ecs);
  const action = Action === undefined ? "unclear" : yesOrNo(list(Action).some((one) => matches(one, "sts:AssumeRole")));
  return all([principal, action, ...conditionsOf(Condition).map((one) => holds(one, place))]);
}

function isEcs(principal: NonNullable<Statement["Principal"]>, ecs: EcsPrincipal): Answer {
  if (principal === "*") return "unclear";
  const { Service = [], AWS = [] } = principal as Exclude<typeof principal, string>;
  if (list(Service).includes(ecs)) return "yes";
  return list(AWS).includes("*") ? "unclear" : "no";
}

interface Condition {
  operator: string;
  key: string;
  values: string[];
}

function conditionsOf(condition: NonNullable<Statement["Condition"]>): Condition[] {
  return Object.entries(condition).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]) => ({ operator, key: key.toLowerCase(), values: list(values) })),
  );
}

function holds({ operator, key, values }: Condition, place: Place): Answer {
  if (!/^(String|Arn)(Equals|Like)(IfExists)?$/.test(operator)) return "unclear";
  // StringEquals compares literally; the others, including ArnEquals, accept patterns.
  const isLiteral = operator.startsWith("StringEquals");
  if (key === "aws:sourceaccount") {
    return yesOrNo(values.some((one) => (isLiteral ? one === place.account : matches(one, place.account))));
  }
  return key === "aws:sourcearn" && !isLiteral ? any(values.map((one) => namesEcs(one, place))) : "unclear";
}

/** The source ARN that ECS sends is not documented, so only a pattern that accepts all of an account is certain to match. */
function namesEcs(pattern: string, { account, region }: Place): Answer {
  const [, , service = "", inRegion = "", ofAccount = "", ...rest] = pattern.split(":");
  const isOurs = matches(service, "ecs") && matches(inRegion, region) && matches(ofAccount, account);
  if (!isOurs) return pattern === "*" ? "yes" : "no";
  return rest.join(":") === "*" ? "yes" : "unclear";
}

function all(answers: Answer[]): Answer {
  if (answers.includes("no")) return "no";
  return answers.includes("unclear") ? "unclear" : "yes";
}

function any(answers: Answer[]): Answer {
  if (answers.includes("yes")) return "yes";
  return answers.includes("unclear") ? "unclear" : "no";
}

function yesOrNo(is: boolean): Answer {
  return is ? "yes" : "no";
}

function list<T>(value: OneOrMany<T>): T[] {
  return Array.isArray(value) ? value : [value];
}

/** Matches an IAM pattern, ignoring case as for actions: `*` is any text, `?` one character. */
function matches(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*/g, ".*")
    .replace(/\?/g, ".");
  return new RegExp(`^${source}$`, "i").test(text);
}
