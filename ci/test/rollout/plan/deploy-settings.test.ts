import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultSettings, parseDeploySettings } from "../../../lib/rollout/plan/deploy-settings.js";

test("by default no setting is changed", () => {
  assert.deepEqual(parseDeploySettings({}), defaultSettings);
});

test("options are used as passed, a severity in any letter case", () => {
  const plan = "0123456789abcdef";
  const settings = parseDeploySettings({ env: ["A=1"], force: true, ignore: ["secrets"], scanSeverity: "high", plan });
  assert.deepEqual(settings, {
    overrides: { environment: { A: "1" }, secrets: {} },
    force: true,
    ignore: ["secrets"],
    scanSeverity: "HIGH",
    plan,
  });
});

const wrong = [
  ["bad-severity", { scanSeverity: "bad" }, /"bad". Accepted, from the worst on: CRITICAL, HIGH/],
  ["bad-plan", { plan: "0123" }, /"0123" is no hash of a plan/],
  ["bad-ignore", { ignore: ["all"] }, /"all" is no finding's id/],
  ["bad-override", { env: ["A"] }, /NAME=VALUE/],
] as const;
for (const [code, options, message] of wrong) {
  test(`${JSON.stringify(options)} is refused as ${code}`, () => {
    const copy = structuredClone(options) as Parameters<typeof parseDeploySettings>[0];
    assert.throws(() => parseDeploySettings(copy), { name: "InputError", code, message });
  });
}
