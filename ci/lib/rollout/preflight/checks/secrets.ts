import { fixOf } from "../../../aws/try-read.js";
import type { PreflightFacts, SecretFacts, SecretState } from "../facts.js";
import type { Finding } from "../finding.js";
import { unchecked } from "./unchecked.js";

/** What the containers take from Secrets Manager and Parameter Store is there: a task that misses one of it does not start. */
export function secrets({ secrets }: PreflightFacts): Finding[] {
  return [
    ...secrets.flatMap(judge),
    ...unchecked(
      secrets.map(({ taker, valueFrom, state }) => ({ what: `${taker} (${valueFrom})`, known: state })),
      (reason, takers) => ({
        id: "secrets",
        level: "not-checked",
        what: `Whether there is what these take could not be read: ${takers.join(", ")}: ${reason}.`,
        fix: fixOf(
          reason,
          "Allow secretsmanager:DescribeSecret on secrets and ssm:DescribeParameters for parameters, or see for yourself.",
        ),
      }),
    ),
  ];
}

function judge({ taker, valueFrom, store, state }: SecretFacts): Finding[] {
  if ("unknown" in state || state.value === "there") return [];
  const thing = store === "ssm" ? "parameter" : "secret";
  const { what, fix } = said(state.value, thing);
  return [{ id: "secrets", level: "error", what: `${taker} takes ${valueFrom}, ${what}: no task could start.`, fix }];
}

function said(state: Exclude<SecretState, "there">, thing: string): { what: string; fix: string } {
  const correct =
    "correct its ARN in the task definition (for a variable of the target's container: --secret NAME=ARN)";
  switch (state) {
    case "missing":
      return { what: `and there is no such ${thing}`, fix: `Create the ${thing}, or ${correct}.` };
    case "being-deleted":
      return {
        what: "which is to be deleted",
        fix: `Bring it back: aws secretsmanager restore-secret, or ${correct}.`,
      };
    case "no-such-version":
      return {
        what: "and the secret has no such version",
        fix: `Give it a value: aws secretsmanager put-secret-value, or ${correct}.`,
      };
  }
}
