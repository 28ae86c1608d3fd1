import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { CreateServiceCommand, DeleteServiceCommand } from "@aws-sdk/client-ecs";
import { openEnvironment, refused, type TestEnvironment } from "./support/environment.js";

let environment: TestEnvironment;

before(async () => {
  environment = await openEnvironment();
});
after(() => environment.close());

/** Deploys to production with these keys of its target changed. */
async function deployTo(changed: Record<string, unknown>, message: RegExp): Promise<void> {
  await environment.checkout.write("infra/targets/other.json", JSON.stringify({ ...environment.target, ...changed }));
  await refused(environment, deployToTarget("other", "--allow-dirty"), { message });
}

function deploy(...flags: string[]): string[] {
  return [...environment.at, "deploy", "--version", "v1.2.3", ...flags];
}

function deployToTarget(name: string, ...flags: string[]): string[] {
  return ["--target", name, ...deploy(...flags)];
}

test("a version that is none is refused with an example", async () => {
  const message = /^The version "1 2" is no image tag .*Accepted: .*v1\.2\.3.*$/m;
  await refused(environment, [...environment.at, "deploy", "--version", "1 2"], { message });
});

test("latest is neither published nor deployed", async () => {
  const message = /^The version "latest" names a tag that moves.*$/m;
  for (const name of ["publish", "deploy"])
    await refused(environment, [...environment.at, name, "--version", "latest"], { message });
});

test("an unknown target is refused with those that there are", async () => {
  const message = /^There is no target "staging"\. Accepted: production\.$/m;
  await refused(environment, deployToTarget("staging"), { message });
});

test("each mistake in a target is named by its path, with what is accepted", async () => {
  const { region: _, ...withoutRegion } = environment.target;
  const mistaken = { ...withoutRegion, account: 123, color: "red" };
  await environment.checkout.write("infra/targets/mistaken.json", JSON.stringify(mistaken));
  const refusal = await refused(environment, deployToTarget("mistaken"), {
    message: /^mistaken\.json is not a valid target:$/m,
  });
  assert.match(refusal, /^ {2}region: missing$/m);
  assert.match(refusal, /^ {2}account: is 123; accepted: an AWS account id of 12 digits, in quotes$/m);
  assert.match(refusal, /^ {2}color: not a key of a target; accepted: .*\bregion, /m);
});

test("a cluster that is not there is refused with those that are", async () => {
  const message =
    /^There is no cluster "nope" in us-west-2\. Its clusters: uf-cloud-ops-exercise\. Correct "cluster" or /m;
  await deployTo({ cluster: "nope" }, message);
});

test("a service that is not there is refused with those that are", async () => {
  const message =
    /^There is no service "nope" in cluster .* Its services: uf-cloud-ops-exercise-app\. Correct "service" in /m;
  await deployTo({ service: "nope" }, message);
});

test("a service that was deleted is refused as inactive", async () => {
  const { cluster, family } = environment.target;
  const { ecs } = environment.clients;
  await ecs.send(
    new CreateServiceCommand({
      cluster,
      serviceName: "retired",
      taskDefinition: `${family}:1`,
      desiredCount: 0,
      launchType: "FARGATE",
      networkConfiguration: { awsvpcConfiguration: { subnets: ["subnet-00000000000000001"] } },
    }),
  );
  await ecs.send(new DeleteServiceCommand({ cluster, service: "retired", force: true }));
  const message = /^Service "retired" is INACTIVE\. .* Create it again, or name another service in the target\.$/m;
  await deployTo({ service: "retired" }, message);
});

test("a container that the task does not have is refused with those that it has", async () => {
  const message =
    /^Task definition .*:task-definition\/service:1 has no container "nope"\. Its containers: app\. Correct /m;
  await deployTo({ container: "nope" }, message);
});

test("a repository that is not there is refused with those that are", async () => {
  const message =
    /^Account 123456789012 has no image repository "nope" .* Its repositories: uf-cloud-ops-exercise-app\. Create it, or /m;
  await deployTo({ repository: "nope" }, message);
});

test("a version to deploy as published that never was is refused before anything is built", async () => {
  const message = /^v1\.2\.3 is not in .*\/uf-cloud-ops-exercise-app\. It has no version\. Publish it first, or /m;
  await refused(environment, deploy("--published"), { message });
});

test("a local AWS that does not answer is named, with what to do", async () => {
  const unanswered = ["--aws", "tcp://127.0.0.1:1", "--credentials", `file://${environment.credentialsFile}`];
  const message =
    /^http:\/\/127\.0\.0\.1:1 does not answer sts:GetCallerIdentity: .*ECONNREFUSED.*Nothing was changed\. Start it, or correct --aws\.$/m;
  await refused(environment, [...unanswered, "status"], { message });
});

test("a directory of targets that is not there is named in full", async () => {
  const path = join(environment.checkout.path, "nowhere");
  const message = new RegExp(`^failed to get value for argument "targets": There is no directory ${path} on this`, "m");
  // The engine refuses it before the module runs, and so with the exit code of its own errors.
  await refused(environment, ["--targets", "nowhere", ...deploy()], { exitCode: 1, message });
});

test("a call without credentials is refused with how to give them", async () => {
  await environment.checkout.write(".env", "");
  const message = /^No AWS credentials\. Pass --credentials before the function's name/m;
  await refused(environment, ["--aws", environment.url.replace("http", "tcp"), "status"], { message });
  environment.checkout.clean();
});
