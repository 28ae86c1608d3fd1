import assert from "node:assert/strict";
import { test } from "node:test";
import {
  configurationWith,
  parseStrategyTag,
  strategyChange,
  strategyOf,
  strategyOptions,
  strategyTag,
  strategyText,
} from "../../../lib/rollout/plan/strategy.js";
import { parseStrategy, type StrategyArguments } from "../../../lib/rollout/plan/strategy-arguments.js";

const refused: [StrategyArguments, RegExp][] = [
  [{ strategy: "big-bang" }, /--strategy is "big-bang"\. Accepted: rolling, blue-green, linear, canary\./],
  [{ percent: "10" }, /--percent needs --strategy\. Accepted with it: linear, canary\.$/],
  [{ stepBake: 1 }, /--step-bake needs --strategy\. Accepted with it: linear, canary\.$/],
  [{ bake: 0 }, /--bake needs --strategy\. Accepted with it: blue-green, linear, canary\.$/],
  [
    { strategyOnce: true },
    /--strategy-once needs --strategy\. Accepted with it: rolling, blue-green, linear, canary\.$/,
  ],
  [{ strategy: "canary", percent: "0" }, /--percent is "0"\. Accepted with canary: a number from 0\.1 to 100/],
  [{ strategy: "canary", percent: "0.15" }, /at most one decimal/],
  [{ strategy: "canary", percent: "1e1" }, /at most one decimal/],
  [{ strategy: "linear", percent: "2.9" }, /Accepted with linear: a number from 3 to 100/],
  [{ strategy: "linear", percent: "100.1" }, /to 100/],
  [{ strategy: "blue-green", percent: "10" }, /--percent does not apply to blue-green.* Accepted with: linear, canary/],
  [{ strategy: "rolling", stepBake: 1 }, /--step-bake does not apply to rolling/],
  [{ strategy: "rolling", bake: 1 }, /--bake has no effect on rolling/],
  [{ strategy: "canary", bake: 1441 }, /--bake is 1441\. Accepted: a whole number of minutes from 0 to 1440\./],
  [{ strategy: "linear", stepBake: -1 }, /--step-bake is -1/],
];
for (const [options, message] of refused) {
  test(`${JSON.stringify(options)} is refused, with what is accepted`, () => {
    assert.throws(() => parseStrategy(options), { code: "bad-strategy", exitCode: 2, message });
  });
}

test("the limits themselves are accepted, and a name in any form", () => {
  assert.deepEqual(parseStrategy({ strategy: "canary", percent: "0.1", stepBake: 0, bake: 1440 }), {
    name: "CANARY",
    percent: 0.1,
    stepBake: 0,
    bake: 1440,
  });
  assert.deepEqual(parseStrategy({ strategy: "BLUE_GREEN" }), { name: "BLUE_GREEN" });
  assert.deepEqual(parseStrategy({ strategy: "linear", percent: "3.0" }), { name: "LINEAR", percent: 3 });
  assert.equal(parseStrategy({}), undefined);
});

test("the options that set a strategy are those that deploy takes", () => {
  assert.equal(strategyOptions({ name: "ROLLING", bake: 0 }), "--strategy rolling");
  assert.equal(strategyOptions({ name: "BLUE_GREEN", bake: 5 }), "--strategy blue-green --bake 5");
  const linear = { name: "LINEAR", percent: 25, stepBake: 6 } as const;
  assert.equal(strategyOptions(linear), "--strategy linear --percent 25 --step-bake 6");
});

const breaker = { deploymentCircuitBreaker: { enable: true, rollback: true } };

test("what is not requested stays as the service has it, or is ECS's default", () => {
  const canary = {
    ...breaker,
    strategy: "CANARY",
    bakeTimeInMinutes: 5,
    canaryConfiguration: { canaryPercent: 20 },
  } as const;
  assert.deepEqual(strategyOf(canary), { name: "CANARY", percent: 20, stepBake: 10, bake: 5 });
  assert.equal(strategyChange(canary, { name: "CANARY", percent: 20 }), undefined);
  const { to, configuration } = strategyChange(canary, { name: "CANARY", percent: 25 }) ?? {};
  assert.deepEqual(to, { name: "CANARY", percent: 25, stepBake: 10, bake: 5 });
  assert.deepEqual(configuration, {
    ...breaker,
    strategy: "CANARY",
    bakeTimeInMinutes: 5,
    canaryConfiguration: { canaryPercent: 25, canaryBakeTimeInMinutes: 10 },
  });
  assert.deepEqual(strategyChange(canary, { name: "LINEAR" })?.configuration, {
    ...breaker,
    strategy: "LINEAR",
    bakeTimeInMinutes: 5,
    linearConfiguration: { stepPercent: 10, stepBakeTimeInMinutes: 6 },
  });
});

test("a rolling deployment's bake time is not taken over, and alarms keep theirs to ECS", () => {
  const rolling = { bakeTimeInMinutes: 3 };
  assert.deepEqual(strategyChange(rolling, { name: "BLUE_GREEN" })?.to, { name: "BLUE_GREEN" });
  const canary = { strategy: "CANARY", bakeTimeInMinutes: 3 } as const;
  assert.deepEqual(strategyChange(canary, { name: "ROLLING" })?.configuration, {
    strategy: "ROLLING",
    bakeTimeInMinutes: 0,
  });
  const alarms = { alarmNames: ["errors"], enable: true, rollback: true };
  assert.deepEqual(strategyChange({ ...canary, alarms }, { name: "ROLLING" })?.configuration, {
    strategy: "ROLLING",
    alarms,
  });
});

test("a tag keeps a strategy for a later call, and no other text is one", () => {
  for (const one of [
    { name: "ROLLING" },
    { name: "ROLLING", bake: 0 },
    { name: "BLUE_GREEN", bake: 5 },
    { name: "LINEAR", percent: 33.3, stepBake: 6, bake: 0 },
  ] as const) {
    assert.deepEqual(parseStrategyTag(strategyTag(one)), one);
    assert.match(strategyTag(one), /^[A-Z_]+(?::[\d.-]+){3}$/);
    assert.deepEqual(strategyOf(configurationWith(breaker, one)), one);
  }
  for (const text of [undefined, "", "CANARY", "CANARY:1:2", "BIG_BANG:1:2:3", "CANARY:x:2:3"])
    assert.equal(parseStrategyTag(text), undefined);
});

test("a strategy is described in words", () => {
  assert.equal(
    strategyText({ name: "CANARY", percent: 5, stepBake: 10, bake: 0 }),
    "CANARY (5 % first, the rest 10 min later, 0 min of bake time)",
  );
  assert.equal(strategyText({ name: "LINEAR", percent: 10, stepBake: 6 }), "LINEAR (10 % a step, 6 min between steps)");
  assert.equal(strategyText({ name: "ROLLING", bake: 0 }), "ROLLING");
});
