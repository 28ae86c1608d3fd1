import type { GateResult } from "../../ci/lib/rollout/hooks/gates.js";
import type { Scenario } from "../scenario/scenario.js";
import { releaseOf } from "../scenario/versions.js";
import type { Outcome, PublicAnswer } from "../virtual/outcome.js";
import { START } from "../virtual/virtual-time.js";

/** Returns the longest time of a gate, in milliseconds since the start of the simulation: its limit of a minute, and a last request. */
export function timeOfGate({ at }: GateResult, { aws }: Scenario): { since: number; until: number } {
  const since = at - START - (aws?.clockSkew ?? 0);
  return { since, until: since + 65_000 };
}

/** Checks that each gate ended its pause, or left it, as the answers of its listener require. */
export function wrongGates(scenario: Scenario, outcome: Outcome): string[] {
  return outcome.runs.flatMap(({ report }) =>
    (report?.gates ?? []).flatMap((gate, index, all) => {
      // A rollback finds its version itself, which `notBack` and `wentElsewhere` check.
      const wanted = scenario.deployer?.verb === "rollback" ? report?.release.version : releaseOf(scenario);
      return judge(gate, all[index + 1], scenario, outcome, wanted);
    }),
  );
}

function judge(
  gate: GateResult,
  next: GateResult | undefined,
  scenario: Scenario,
  { answers, testAnswers = [] }: Outcome,
  wanted = "",
): string[] {
  const { stage, action, refused } = gate;
  const { since, until: end } = timeOfGate(gate, scenario);
  const until = Math.min(end, next === undefined ? end : timeOfGate(next, scenario).since);
  const all = stage === "POST_PRODUCTION_TRAFFIC_SHIFT" ? answers : testAnswers;
  const own = all.filter(({ at }) => at >= since && at <= until);
  const isRight = hasFiveInARow(own, wanted);
  const isWrong = own.some(({ status, version }) => version !== wanted && (version !== undefined || status >= 400));
  const wrongly = `the gate at ${stage} chose ${action}${refused === undefined ? "" : ` (${refused})`}`;
  if (action === "CONTINUE" && !isRight) return [`${wrongly} without five answers of the release in a row`];
  if (action === "ROLLBACK" && (isRight || !isWrong)) return [`${wrongly}, and the release answered`];
  if (action === "NONE" && refused === undefined && isRight) return [`${wrongly}, and the release answered`];
  return [];
}

function hasFiveInARow(answers: readonly PublicAnswer[], wanted: string): boolean {
  let right = 0;
  return answers.some(({ version }) => {
    right = version === wanted ? right + 1 : 0;
    return right === 5;
  });
}
