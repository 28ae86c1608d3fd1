import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../../src/aws/raw.js";
import { roles } from "../../../src/rollout/preflight/roles.js";
import { facts, inShort } from "../../support/facts.js";

const secret = [{ name: "app", secrets: [{ name: "DB", valueFrom: "arn:x" }] }];
const found = (next: JsonObject) => inShort(roles(facts({ next })));

test("on Fargate, or with secrets, a task needs an execution role", () => {
  assert.deepEqual(found({ requiresCompatibilities: ["FARGATE"] }), ["error no-execution-role"]);
  assert.deepEqual(found({ containerDefinitions: secret }), ["error no-execution-role"]);
  assert.deepEqual(found({ requiresCompatibilities: ["EC2"], containerDefinitions: [{ name: "app" }] }), []);
});

test("roles that are named are not read, and that is said", () => {
  const findings = roles(facts({ next: { executionRoleArn: "arn:execution", taskRoleArn: "arn:task" } }));
  assert.deepEqual(inShort(findings), ["not-checked roles"]);
  assert.match(String(findings[0]?.what), /arn:execution, arn:task/);
});
