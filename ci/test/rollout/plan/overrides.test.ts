import assert from "node:assert/strict";
import { test } from "node:test";
import { parseOverrides } from "../../../lib/rollout/plan/overrides.js";

const secret = "arn:aws:secretsmanager:us-west-2:123456789012:secret:db-AbCdEf";
const parameter = "arn:aws:ssm:us-west-2:123456789012:parameter/app/key";

test("options that are not passed are absent", () => {
  assert.deepEqual(parseOverrides({}), { environment: {}, secrets: {} });
});

test("variables, secrets and sizes are used as passed", () => {
  const options = { env: ["A=1=2", "EMPTY="], secret: [`DB=${secret}`, `KEY=${parameter}`], cpu: 512, desiredCount: 0 };
  assert.deepEqual(parseOverrides(options), {
    environment: { A: "1=2", EMPTY: "" },
    secrets: { DB: secret, KEY: parameter },
    cpu: 512,
    desiredCount: 0,
  });
});

test("the order of variables makes no difference", () => {
  const said = (...env: string[]) => JSON.stringify(parseOverrides({ env }));
  assert.equal(said("B=2", "A=1"), said("A=1", "B=2"));
});

const wrong = [
  ["a variable without a value", { env: ["A=1", "B"] }, /Number 2 of the --env options is not NAME=VALUE/],
  ["a variable without a name", { env: ["=1"] }, /NAME=VALUE/],
  ["a secret that is no ARN", { secret: ["DB=hunter2"] }, /--secret DB=… does not name a secret/],
  ["the same name twice", { env: ["A=1", "A=2"] }, /A is given more than once/],
  ["a name that is a variable and a secret", { env: ["A=1"], secret: [`A=${secret}`] }, /A is given more than once/],
  ["a count below 0", { desiredCount: -1 }, /--desired-count is -1. Accepted: a whole number from 0 to 5000\./],
  [
    "a count above what ECS accepts",
    { desiredCount: 5001 },
    /--desired-count is 5001. Accepted: a whole number from 0 to 5000\./,
  ],
  ["a size that is not whole", { memory: 0.5 }, /--memory is 0.5/],
] as const;
for (const [what, options, message] of wrong) {
  test(`${what} is refused`, () => {
    const act = () => parseOverrides(structuredClone(options) as Parameters<typeof parseOverrides>[0]);
    assert.throws(act, { name: "InputError", code: "bad-override", message });
  });
}

test("no error shows a possible value", () => {
  for (const options of [{ env: ["A=x", "hunter2"] }, { secret: ["DB=hunter2"] }, { secret: ["hunter2"] }]) {
    assert.throws(
      () => parseOverrides(options),
      (error: Error) => !error.message.includes("hunter2"),
    );
  }
});
