import assert from "node:assert/strict";
import { test } from "node:test";
import { applyPatch } from "rfc6902";
import type { JsonObject } from "../../../lib/aws/raw-task-definition.js";
import { noOverrides, type Overrides } from "../../../lib/rollout/plan/overrides.js";
import { plan } from "../../../lib/rollout/plan/plan.js";
import { newDigest, release, repository, revisionArn } from "../../support/scripted-ecs.js";

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
const tags = { "slipway:attempt": "key", "slipway:version": "v1.1.0" };

test("only the named container's image and VERSION change", () => {
  const { registration } = plan(current([sidecar, app]), ["app"], release, tags);
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

test("another variable carries the version where the target names one, and VERSION stays", () => {
  const environment = [{ name: "VERSION", value: "the app's own" }];
  const { registration, changes } = plan(
    current([{ ...app, environment }]),
    ["app"],
    release,
    tags,
    noOverrides,
    "APP_VERSION",
  );
  const [container] = registration.containerDefinitions as JsonObject[];
  assert.deepEqual(container?.environment, [...environment, { name: "APP_VERSION", value: "v1.1.0" }]);
  assert.deepEqual(
    changes.map(({ what }) => what),
    ["image of app", "APP_VERSION of app"],
  );
});

test("no variable is written or replaced where the target disables it", () => {
  const environment = [{ name: "VERSION", value: "the app's own" }];
  const secrets = [{ name: "VERSION", valueFrom: "arn" }];
  for (const own of [{ environment }, { environment: [], secrets }]) {
    const { registration, changes } = plan(current([{ ...app, ...own }]), ["app"], release, tags, noOverrides, false);
    assert.deepEqual(registration.containerDefinitions, [{ ...app, ...own, image: release.image }]);
    assert.deepEqual(
      changes.map(({ what }) => what),
      ["image of app"],
    );
  }
});

test("the variable that carries the version can't be set to something else, and any other can", () => {
  const set = (name: string) => ({ ...noOverrides, environment: { [name]: "x" } });
  const planned = (name: string, variable: string | false) => () =>
    plan(current([app]), ["app"], release, tags, set(name), variable);
  const refusal = { code: "bad-override", exitCode: 2, message: /VERSION is the version that is deployed/ };
  assert.throws(planned("VERSION", "VERSION"), refusal);
  assert.throws(planned("APP_VERSION", "APP_VERSION"), refusal);
  for (const variable of ["APP_VERSION", false] as const) {
    const [container] = planned("VERSION", variable)().registration.containerDefinitions as [JsonObject];
    assert.ok((container.environment as JsonObject[]).some(({ name, value }) => name === "VERSION" && value === "x"));
  }
});

test("a VERSION that is there is replaced in its place", () => {
  const environment = [
    { name: "VERSION", value: "v1.0.0" },
    { name: "OTHER", value: "y" },
  ];
  const { registration, changes } = plan(current([{ ...app, environment }]), ["app"], release, tags);
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

test("fields that the API returns and does not accept are left out, and nothing else", () => {
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
  const { registration } = plan(current([app], { ...answered, ...kept }), ["app"], release, tags);
  const { containerDefinitions, tags: sent, ...rest } = registration;
  assert.deepEqual(rest, { family: "service", ...kept });
});

test("tags are carried over, except AWS's own and an earlier attempt's", () => {
  const { registration } = plan(current([app]), ["app"], release, tags);
  assert.deepEqual(registration.tags, [
    { key: "team", value: "x" },
    { key: "slipway:attempt", value: "key" },
    { key: "slipway:version", value: "v1.1.0" },
  ]);
});

test("a VERSION that comes from a secret is refused", () => {
  const secrets = [{ name: "VERSION", valueFrom: "arn:secret" }];
  assert.throws(() => plan(current([{ ...app, secrets }]), ["app"], release, tags), { code: "version-is-a-secret" });
});

test("the current definition is not changed", () => {
  const before = current([app]);
  const copy = structuredClone(before);
  plan(before, ["app"], release, tags);
  assert.deepEqual(before, copy);
});

test("the patch leads from the current definition to the registered one, and names nothing else", () => {
  const before = current([sidecar, app], { cpu: "256" });
  const { patch, registration } = plan(before, ["app"], release, tags);
  assert.deepEqual(patch, [
    { op: "replace", path: "/containerDefinitions/1/image", value: release.image },
    { op: "add", path: "/containerDefinitions/1/environment/-", value: { name: "VERSION", value: "v1.1.0" } },
  ]);
  const patched = structuredClone(before.taskDefinition) as JsonObject;
  assert.deepEqual(applyPatch(patched, patch), [null, null]);
  assert.deepEqual(patched.containerDefinitions, registration.containerDefinitions);
});

test("the release that runs already changes nothing", () => {
  const environment = [{ name: "VERSION", value: "v1.1.0" }];
  const { patch, changes } = plan(current([{ ...app, image: release.image, environment }]), ["app"], release, tags);
  assert.deepEqual(patch, []);
  assert.deepEqual(changes, []);
});

const secrets = [
  { name: "TOKEN", valueFrom: "arn:token" },
  { name: "KEY", valueFrom: "arn:key" },
];
const overrides = {
  environment: { PASSWORD: "y", TOKEN: "plain" },
  secrets: { KEY: "arn:other", DATABASE: "arn:database" },
  cpu: 512,
};

test("overrides replace entries in place or are added, and a name is in one list only", () => {
  const { registration } = plan(current([sidecar, { ...app, secrets }]), ["app"], release, tags, overrides);
  const [first, second] = registration.containerDefinitions as JsonObject[];
  assert.deepEqual(first, sidecar);
  assert.deepEqual(second?.environment, [
    { name: "PASSWORD", value: "y" },
    { name: "TOKEN", value: "plain" },
    { name: "VERSION", value: "v1.1.0" },
  ]);
  assert.deepEqual(second?.secrets, [
    { name: "KEY", valueFrom: "arn:other" },
    { name: "DATABASE", valueFrom: "arn:database" },
  ]);
});

test("the changes name the variables and never show their values", () => {
  const { changes } = plan(current([{ ...app, secrets }], { cpu: "256" }), ["app"], release, tags, overrides);
  assert.deepEqual(changes.slice(2), [
    { what: "variable PASSWORD of app", from: "another value", to: "the value given" },
    { what: "variable TOKEN of app", from: "a secret", to: "the value given" },
    { what: "secret KEY of app", from: "arn:key", to: "arn:other" },
    { what: "secret DATABASE of app", to: "arn:database" },
    { what: "cpu of the task", from: "256", to: "512" },
  ]);
});

test("the task's size changes only by an override, and only to one that Fargate has", () => {
  const sized = current([app], { cpu: "256", memory: "512", requiresCompatibilities: ["FARGATE"] });
  const size = (more: Partial<Overrides>) =>
    plan(sized, ["app"], release, tags, { ...noOverrides, ...more }).registration;
  assert.equal(size({}).cpu, "256");
  assert.deepEqual([size({ memory: 1024 }).cpu, size({ memory: 1024 }).memory], ["256", "1024"]);
  assert.throws(() => size({ cpu: 1024 }), { code: "bad-size", message: /1024 CPU units and 512 MiB.*2048 to 8192/ });
});

test("a task that is smaller than what its containers reserve together is refused, with what is accepted", () => {
  const worker = { ...app, name: "worker", cpu: 300, memory: 1024, memoryReservation: 600 };
  const sized = current([{ ...app, cpu: 200, memory: 400 }, worker], { cpu: "1024", memory: "2048" });
  const size = (more: Partial<Overrides>) =>
    plan(sized, ["app"], release, tags, { ...noOverrides, ...more }).registration;
  assert.deepEqual([size({ cpu: 500 }).cpu, size({ memory: 1000 }).memory], ["500", "1000"]);
  assert.throws(() => size({ cpu: 499 }), { code: "bad-size", message: /reserve 500 CPU units.*--cpu 500 or more/ });
  assert.throws(() => size({ memory: 999 }), { code: "bad-size", message: /reserve 1000 MiB.*--memory 1000 or more/ });
});

test("on container instances a task may have any size", () => {
  const { registration } = plan(current([app]), ["app"], release, tags, { ...noOverrides, cpu: 300 });
  assert.equal(registration.cpu, "300");
});

test("containers that run one image get the next one together, and only the first gets the overridden variables", () => {
  const worker = { ...app, name: "worker" };
  const overrides = { ...noOverrides, environment: { LOG_LEVEL: "debug" } };
  const { registration, changes } = plan(current([worker, app]), ["app", "worker"], release, tags, overrides);
  const [first, second] = registration.containerDefinitions as { name: string; image: string; environment: object[] }[];
  assert.deepEqual([first?.image, second?.image], [release.image, release.image]);
  const debug = { name: "LOG_LEVEL", value: "debug" };
  assert.ok(second?.environment.some((one) => JSON.stringify(one) === JSON.stringify(debug)));
  assert.ok(!first?.environment.some((one) => JSON.stringify(one) === JSON.stringify(debug)));
  assert.ok(changes.some(({ what }) => what === "image of worker"));
});
