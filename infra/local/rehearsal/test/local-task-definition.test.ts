import assert from "node:assert/strict";
import { test } from "node:test";
import { BadInput } from "../bad-input.js";
import { exposedPort, healthCheckOf, localTaskDefinition } from "../local-task-definition.js";

const image = (config: object) => ({ architecture: "amd64", config, rootfs: { diff_ids: [] } });
const exposing = (...ports: string[]) => image({ ExposedPorts: Object.fromEntries(ports.map((port) => [port, {}])) });

test("the port is the one that the image exposes", () => {
  assert.equal(exposedPort(exposing("8080/tcp", "9000/udp")), 8080);
  assert.equal(exposedPort(exposing("3000")), 3000);
});

test("an image without a port, or with several, is refused with what to give", () => {
  const refused = (config: ReturnType<typeof image>, message: RegExp) =>
    assert.throws(
      () => exposedPort(config),
      (error) => error instanceof BadInput && message.test(error.message),
    );
  refused(image({}), /exposes no port, .*"EXPOSE 8080" in the Dockerfile, or "containerPort": 8080 in the target/);
  refused(exposing("9090/tcp", "80/tcp"), /exposes the ports 80, 9090/);
});

test("the image's health check becomes the container's, within ECS's limits", () => {
  const second = 1e9;
  const check = { Test: ["CMD", "/app", "check"], Interval: second, Timeout: 90 * second, Retries: 0 };
  assert.deepEqual(healthCheckOf(image({ Healthcheck: check })), {
    ...{ command: check.Test, interval: 5, timeout: 60, startPeriod: 0, retries: 3 },
  });
  for (const Test of [["NONE"], [], undefined])
    assert.equal(healthCheckOf(image({ Healthcheck: { Test } })), undefined);
});

test("the variable that carries the version is the target's, or none", () => {
  const target = {
    ...{ region: "cn-north-1", account: "123456789012", cluster: "main", service: "api", family: "api" },
    ...{ container: "app", repository: "api" },
  };
  const container = { name: "app", environment: [{ name: "APP_VERSION", value: "old" }] };
  const made = (versionVariable?: string | false) =>
    localTaskDefinition({ ...target, ...(versionVariable !== undefined && { versionVariable }) }, [container], {
      image: "x",
      version: "v1",
    });
  const variables = (versionVariable?: string | false) =>
    made(versionVariable).containerDefinitions?.[0]?.environment?.map(({ name, value }) => `${name}=${value}`);
  assert.deepEqual(variables(), ["APP_VERSION=old", "VERSION=v1"]);
  assert.deepEqual(variables("APP_VERSION"), ["APP_VERSION=v1"]);
  assert.deepEqual(variables(false), ["APP_VERSION=old"]);
  assert.match(made().executionRoleArn ?? "", /^arn:aws-cn:iam:/);
});
