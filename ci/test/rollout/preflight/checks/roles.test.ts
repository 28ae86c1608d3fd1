import assert from "node:assert/strict";
import { test } from "node:test";
import type { Service } from "@aws-sdk/client-ecs";
import type { JsonObject } from "../../../../lib/aws/raw-task-definition.js";
import { type RoleFacts, roles } from "../../../../lib/rollout/preflight/checks/roles.js";
import { facts, inShort } from "../../../support/facts.js";

const secret = [{ name: "app", secrets: [{ name: "DB", valueFrom: "arn:x" }] }];
const plain = [{ name: "app" }];
const found = (next: JsonObject, service: Service = {}) => inShort(roles(facts({ next, service })));
const execution = { role: "arn:execution", uses: ["execution role"] };
const task = { role: "arn:task", uses: ["task role"] };
const judged = (...read: RoleFacts[]) =>
  roles(facts({ next: { executionRoleArn: "arn:execution", containerDefinitions: plain }, roles: read }));

test("on Fargate, or with secrets, a task needs an execution role", () => {
  assert.deepEqual(found({ requiresCompatibilities: ["FARGATE"] }), ["error no-execution-role"]);
  assert.deepEqual(found({ containerDefinitions: plain }, { launchType: "FARGATE" }), ["error no-execution-role"]);
  const capacityProviderStrategy = [{ capacityProvider: "FARGATE_SPOT" }];
  assert.deepEqual(found({ containerDefinitions: plain }, { capacityProviderStrategy }), ["error no-execution-role"]);
  assert.deepEqual(found({ containerDefinitions: secret }), ["error no-execution-role"]);
  assert.deepEqual(found({ requiresCompatibilities: ["EC2"], containerDefinitions: plain }), []);
  assert.deepEqual(found({ executionRoleArn: "arn:execution", requiresCompatibilities: ["FARGATE"] }), []);
});

test("roles that ECS can assume are fine", () => {
  assert.deepEqual(judged({ ...execution, state: { value: "trusts-ecs" } }), []);
});

test("a missing role is an error that names it and its use", () => {
  const findings = judged({ ...execution, state: { value: "missing" } }, { ...task, state: { value: "trusts-ecs" } });
  assert.deepEqual(inShort(findings), ["error roles"]);
  assert.match(String(findings[0]?.what), /^The execution role arn:execution does not exist/);
  assert.match(String(findings[0]?.fix), /Create it, or name another/);
});

test("a role that does not trust ECS is an error, with what to allow", () => {
  const findings = judged({ ...task, state: { value: "does-not-trust-ecs" } });
  assert.deepEqual(inShort(findings), ["error roles"]);
  assert.match(
    String(findings[0]?.what),
    /task role arn:task does not let ECS assume it .* us-west-2, account 123456789012/,
  );
  assert.match(String(findings[0]?.fix), /sts:AssumeRole to the service ecs-tasks\.amazonaws\.com/);
});

test("roles that may not be read are not checked, never fine: one finding for one reason, with the action to allow", () => {
  const state = { unknown: "iam:GetRole is not permitted" };
  const findings = judged({ ...execution, state }, { ...task, state });
  assert.deepEqual(inShort(findings), ["not-checked roles"]);
  assert.match(String(findings[0]?.what), /execution role arn:execution and the task role arn:task .* not permitted/);
  assert.match(String(findings[0]?.fix), /Allow iam:GetRole/);
});
