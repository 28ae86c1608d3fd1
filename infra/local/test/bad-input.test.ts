import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { CreateServiceCommand, DeleteServiceCommand } from "@aws-sdk/client-ecs";
import { openStage, refused, type Stage } from "./support/stage.js";

let stage: Stage;

before(async () => {
  stage = await openStage();
});
after(() => stage.close());

/** Deploys to production with these keys of its target changed. */
async function deployTo(changed: Record<string, unknown>, says: RegExp): Promise<void> {
  await stage.checkout.write("infra/targets/other.json", JSON.stringify({ ...stage.target, ...changed }));
  await refused(stage, deployToTarget("other", "--allow-dirty"), { says });
}

function deploy(...flags: string[]): string[] {
  return [...stage.at, "deploy", "--version", "v1.2.3", ...flags];
}

function deployToTarget(name: string, ...flags: string[]): string[] {
  return ["--target", name, ...deploy(...flags)];
}

test("a version that is none is refused with an example", async () => {
  const says = /^The version "1 2" is no image tag .*Accepted: .*v1\.2\.3.*$/m;
  await refused(stage, [...stage.at, "deploy", "--version", "1 2"], { says });
});

test("latest is neither published nor deployed", async () => {
  const says = /^The version "latest" names a tag that moves.*$/m;
  for (const name of ["publish", "deploy"]) await refused(stage, [...stage.at, name, "--version", "latest"], { says });
});

test("an unknown target is refused with those that there are", async () => {
  const says = /^There is no target "staging"\. Accepted: production\.$/m;
  await refused(stage, deployToTarget("staging"), { says });
});

test("each mistake in a target is named by its path, with what is accepted", async () => {
  const { region: _, ...withoutRegion } = stage.target;
  const mistaken = { ...withoutRegion, account: 123, color: "red" };
  await stage.checkout.write("infra/targets/mistaken.json", JSON.stringify(mistaken));
  const said = await refused(stage, deployToTarget("mistaken"), {
    says: /^mistaken\.json is not a valid target:$/m,
  });
  assert.match(said, /^ {2}region: missing$/m);
  assert.match(said, /^ {2}account: is 123; accepted: an AWS account id of 12 digits, in quotes$/m);
  assert.match(said, /^ {2}color: not a key of a target; accepted: .*\bregion, /m);
});

test("a cluster that is not there is refused with those that are", async () => {
  const says =
    /^There is no cluster "nope" in us-west-2\. Its clusters: uf-cloud-ops-exercise\. Correct "cluster" or /m;
  await deployTo({ cluster: "nope" }, says);
});

test("a service that is not there is refused with those that are", async () => {
  const says =
    /^There is no service "nope" in cluster .* Its services: uf-cloud-ops-exercise-app\. Correct "service" in /m;
  await deployTo({ service: "nope" }, says);
});

test("a service that was deleted is refused as inactive", async () => {
  const { cluster, family } = stage.target;
  const { ecs } = stage.clients;
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
  const says = /^Service "retired" is INACTIVE\. .* Create it anew, or name another service in the target\.$/m;
  await deployTo({ service: "retired" }, says);
});

test("a container that the task does not have is refused with those that it has", async () => {
  const says =
    /^Task definition .*:task-definition\/service:1 has no container "nope"\. Its containers: app\. Correct /m;
  await deployTo({ container: "nope" }, says);
});

test("a repository that is not there is refused with those that are", async () => {
  const says =
    /^Account 123456789012 has no image repository "nope" .* Its repositories: uf-cloud-ops-exercise-app\. Create it, or /m;
  await deployTo({ repository: "nope" }, says);
});

test("a version to deploy as published that never was is refused before anything is built", async () => {
  const says = /^v1\.2\.3 is not in .*\/uf-cloud-ops-exercise-app\. It has no version\. Publish it first, or /m;
  await refused(stage, deploy("--published"), { says });
});

test("a local AWS that does not answer is named, with what to do", async () => {
  const nobody = ["--aws", "tcp://127.0.0.1:1", "--credentials", `file://${stage.credentialsFile}`];
  const says =
    /^http:\/\/127\.0\.0\.1:1 does not answer sts:GetCallerIdentity: .*ECONNREFUSED.*Nothing was changed\. Start it, or correct --aws\.$/m;
  await refused(stage, [...nobody, "status"], { says });
});

test("a directory of targets that is not there is named in full", async () => {
  const path = join(stage.checkout.path, "nowhere");
  const says = new RegExp(`^failed to get value for argument "targets": There is no directory ${path} on this`, "m");
  // The engine refuses it before the module runs, and so with the exit code of its own errors.
  await refused(stage, ["--targets", "nowhere", ...deploy()], { exitCode: 1, says });
});

test("a call without credentials is refused with how to give them", async () => {
  await stage.checkout.write(".env", "");
  const says = /^No AWS credentials\. Pass --credentials before the function's name/m;
  await refused(stage, ["--aws", stage.url.replace("http", "tcp"), "status"], { says });
  stage.checkout.clean();
});
