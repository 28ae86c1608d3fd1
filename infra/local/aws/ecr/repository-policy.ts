import { invalidParameter } from "./errors.js";
import { asObject, type Members, parseObject } from "./policy-json.js";

/** Maximum length of a policy, in characters: https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_SetRepositoryPolicy.html */
const LONGEST = 10_240;

/** Accepted members of a statement. `Resource` is not accepted: the resource is the repository. */
const STATEMENT = ["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Condition"];
const PRINCIPALS = ["AWS", "Service", "Federated", "CanonicalUser"];

/** Account, its root, user, role, role session, or the ID of a deleted principal. */
const AWS_PRINCIPAL =
  /^(?:\*|\d{12}|A[A-Z0-9]{15,127}|arn:aws[\w-]*:(?:iam|sts)::\d{12}:(?:root|(?:user|role|assumed-role|federated-user)\/[\w+=,.@/-]+))$/;

/**
 * Validates a repository policy. @throws AwsError with one message for all errors, as ECR does.
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policies.html
 */
export function checkRepositoryPolicy(text: string): void {
  if (text.length > LONGEST) throw invalidParameter("policyText", `must have length less than or equal to ${LONGEST}`);
  const policy = parseObject(text);
  if (!policy || !isPolicy(policy)) throw invalidParameter("PolicyText", "Invalid repository policy provided");
}

function isPolicy({ Version, Id, Statement, ...other }: Members): boolean {
  const statements = Array.isArray(Statement) ? Statement : [Statement];
  return (
    Object.keys(other).length === 0 &&
    (Version === undefined || Version === "2008-10-17" || Version === "2012-10-17") &&
    (Id === undefined || typeof Id === "string") &&
    statements.length > 0 &&
    statements.every((each) => isStatement(asObject(each)))
  );
}

function isStatement(statement: Members | undefined): boolean {
  if (!statement || Object.keys(statement).some((name) => !STATEMENT.includes(name))) return false;
  const { Sid, Effect, Principal, NotPrincipal, Action, NotAction, Condition } = statement;
  return (
    (Sid === undefined || typeof Sid === "string") &&
    (Effect === "Allow" || Effect === "Deny") &&
    (Principal === undefined) !== (NotPrincipal === undefined) &&
    isPrincipal(Principal ?? NotPrincipal) &&
    (Action === undefined) !== (NotAction === undefined) &&
    areTexts(Action ?? NotAction, (action) => /^(?:\*|ecr:[A-Za-z*?]+)$/i.test(action)) &&
    (Condition === undefined || isCondition(asObject(Condition)))
  );
}

function isPrincipal(value: unknown): boolean {
  if (value === "*") return true;
  const entries = Object.entries(asObject(value) ?? {});
  return (
    entries.length > 0 &&
    entries.every(
      ([kind, ids]) => PRINCIPALS.includes(kind) && areTexts(ids, (id) => kind !== "AWS" || AWS_PRINCIPAL.test(id)),
    )
  );
}

/** Returns true for an object of operators, each an object of keys. */
function isCondition(condition: Members | undefined): boolean {
  if (!condition) return false;
  return Object.values(condition).every((keys) => asObject(keys) !== undefined);
}

/** Returns true for a string or a non-empty list of strings that all fit. */
function areTexts(value: unknown, fits: (text: string) => boolean): boolean {
  const all = Array.isArray(value) ? value : [value];
  return all.length > 0 && all.every((each) => typeof each === "string" && each !== "" && fits(each));
}
