import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../src/aws/raw.js";
import { attemptTags } from "../../src/rollout/attempt.js";
import { plan } from "../../src/rollout/plan.js";
import { newDigest, release, repository, revisionArn, target } from "../support/scripted-ecs.js";

const app = { name: "app", image: `${repository}:v1.0.0`, environment: [{ name: "PASSWORD", value: "x" }], future: 1 };
const sidecar = { name: "proxy", image: "envoy", environment: [{ name: "VERSION", value: "proxy's own" }] };
const current = (containers: JsonObject[], more: JsonObject = {}) => ({
  taskDefinition: { family: "service", taskDefinitionArn: revisionArn(7), containerDefinitions: containers, ...more },
  tags: [
    { key: "team", value: "x" },
    { key: "aws:cloudformation:stack-name", value: "s" },
    { key: "slipway:commit", value: "old" },
  ],
});
const tags = attemptTags(target, { ...release, commit: "abc" }, revisionArn(7));

test("only the named container's image and VERSION change", () => {
  const { registration } = plan(current([sidecar, app]), "app", release, tags);
  assert.deepEqual(registration.containerDefinitions, [
    sidecar,
    {
      ...app,
      image: `${repository}@${newDigest}`,
      environment: [
        { name: "PASSWORD", value: "x" },
        { name: "VERSION", value: "v1.1.0" },
      ],
    },
  ]);
});

test("a VERSION that is there is replaced in its place", () => {
  const environment = [
    { name: "VERSION", value: "v1.0.0" },
    { name: "OTHER", value: "y" },
  ];
  const { registration, changes } = plan(current([{ ...app, environment }]), "app", release, tags);
  const [container] = registration.containerDefinitions as JsonObject[];
  assert.deepEqual(container?.environment, [
    { name: "VERSION", value: "v1.1.0" },
    { name: "OTHER", value: "y" },
  ]);
  assert.deepEqual(changes, [
    { what: "image of app", from: `${repository}:v1.0.0`, to: `${repository}@${newDigest}` },
    { what: "VERSION of app", from: "v1.0.0", to: "v1.1.0" },
  ]);
});

test("what the API answers and does not take is left out, and nothing else", () => {
  const answered = {
    revision: 7,
    status: "ACTIVE",
    requiresAttributes: [],
    compatibilities: ["FARGATE"],
    registeredAt: 1,
    deregisteredAt: 2,
    deleteRequestedAt: 3,
    registeredBy: "arn",
  };
  const kept = { cpu: "256", requiresCompatibilities: ["FARGATE"], volumes: [], futureField: { a: [1] } };
  const { registration } = plan(current([app], { ...answered, ...kept }), "app", release, tags);
  const { containerDefinitions, tags: sent, ...rest } = registration;
  assert.deepEqual(rest, { family: "service", ...kept });
});

test("tags are carried over, except AWS's own and an earlier attempt's", () => {
  const { registration } = plan(current([app]), "app", release, tags);
  const sent = Object.fromEntries((registration.tags as JsonObject[]).map(({ key, value }) => [key, value]));
  const { "slipway:attempt": key, ...rest } = sent;
  assert.match(String(key), /^[0-9a-f]{64}$/);
  assert.deepEqual(rest, {
    team: "x",
    "slipway:version": "v1.1.0",
    "slipway:digest": newDigest,
    "slipway:base": revisionArn(7),
    "slipway:commit": "abc",
  });
});

test("the attempt's key stays the same when the base revision changes, and changes with the release", () => {
  const key = (base: string, more = {}) => attemptTags(target, { ...release, ...more }, base)["slipway:attempt"];
  assert.equal(key(revisionArn(7)), key(revisionArn(8)));
  assert.notEqual(key(revisionArn(7)), key(revisionArn(7), { version: "v1.2.0" }));
});

test("a VERSION that comes from a secret is refused", () => {
  const secrets = [{ name: "VERSION", valueFrom: "arn:secret" }];
  assert.throws(() => plan(current([{ ...app, secrets }]), "app", release, tags), { code: "version-is-a-secret" });
});

test("the current definition is left as it was", () => {
  const before = current([app]);
  const copy = structuredClone(before);
  plan(before, "app", release, tags);
  assert.deepEqual(before, copy);
});
