import assert from "node:assert/strict";
import { test } from "node:test";
import { secrets } from "../../../src/rollout/preflight/secrets.js";
import { facts, inShort } from "../../support/facts.js";

test("a task without secrets needs no check", () => {
  assert.deepEqual(secrets(facts()), []);
});

test("secrets are not read, and that is said by name", () => {
  const containerDefinitions = [{ name: "app", secrets: [{ name: "DB", valueFrom: "arn:db" }] }, { name: "proxy" }];
  const findings = secrets(facts({ next: { containerDefinitions } }));
  assert.deepEqual(inShort(findings), ["not-checked secrets"]);
  assert.match(String(findings[0]?.what), /DB of app \(arn:db\)/);
});
