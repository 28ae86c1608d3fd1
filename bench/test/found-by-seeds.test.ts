import assert from "node:assert/strict";
import { test } from "node:test";
import { checkOutcome } from "../simulate/check-outcome.js";
import { simulate } from "../virtual/simulate.js";
import { classic } from "./found/classic.js";
import { listed } from "./found/listed.js";
import { rollouts } from "./found/rollouts.js";
import { strategies } from "./found/strategies.js";

for (const { name, seed, scenario, verdicts } of [...rollouts, ...strategies, ...classic, ...listed]) {
  test(`the verdict is right when ${name}`, async () => {
    const outcome = await simulate(scenario, seed);
    assert.deepEqual(checkOutcome(scenario, outcome), []);
    assert.deepEqual(
      outcome.runs.map(({ report, error }) => report?.verdict ?? error?.code),
      verdicts,
    );
  });
}
