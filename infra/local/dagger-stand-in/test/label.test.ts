import assert from "node:assert/strict";
import { test } from "node:test";
import { addressLabels, labelOf } from "../cli/label.js";
import type { Step } from "../cli/parse.js";

const argument = (name: string, kind: string, more: object = {}) => ({
  name,
  description: "",
  type: { kind, optional: true, ...(kind === "OBJECT" && { name: "Secret" }) },
  ...more,
});
const args = [
  argument("credentials", "OBJECT"),
  argument("target", "STRING", { defaultValue: '"production"' }),
  argument("keep", "INTEGER"),
  argument("names", "LIST"),
];
const slipway = { kind: "OBJECT", name: "Slipway", optional: false };
const step = (name: string, given: Record<string, string[]> = {}): Step => ({
  function: { name, description: "", args, returns: name === "" ? slipway : { kind: "STRING", optional: false } },
  given,
});

test("a function is shown with its defaults, as the engine calls it, and without arguments that have no value", () => {
  const values = { target: "production", keep: 3, names: ["a", "b"] };
  assert.deepEqual(labelOf(step("deploy"), slipway, values), {
    field: "deploy",
    args: ['target: "production"', "keep: 3", 'names: ["a", "b"]'],
    isLong: false,
    type: "String!",
    on: "Slipway",
  });
});

test("a constructor is shown with what was chosen alone", () => {
  const values = { credentials: "id", target: "production" };
  const { args: shown, isLong, on } = labelOf(step("", { credentials: ["env://A"] }), undefined, values);
  assert.deepEqual([shown, isLong, on], [["credentials: Address.secret: Secret!"], true, undefined]);
  assert.deepEqual(labelOf(step(""), undefined, { target: "staging" }).args, ['target: "staging"']);
  assert.deepEqual(labelOf(step(""), undefined, { target: "production" }).args, []);
});

test("the object of a flag is shown by its address, and of one that was not given nothing", () => {
  const shown = addressLabels(step("", { credentials: ["env://A"], target: ["x"] }));
  assert.deepEqual(
    shown.map(({ field, args, on }) => [field, args, on]),
    [
      ["address", ['value: "env://A"'], undefined],
      ["secret", [], "Address"],
    ],
  );
});
