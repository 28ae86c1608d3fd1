import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { publicRegistry, type ReadOnlyRegistry } from "../dagger-stand-in/test/support/registry.js";
import { copyProject, temporary } from "./support/checkout.js";
import { openEnvironment, refused, type TestEnvironment } from "./support/environment.js";
import { labelsOf } from "./support/image.js";

let environment: TestEnvironment;
let registry: ReadOnlyRegistry;
let other: ReadOnlyRegistry;

before(async () => {
  const architecture = process.arch === "arm64" ? "arm64" : "amd64";
  [environment, registry, other] = await Promise.all([
    openEnvironment(),
    publicRegistry(architecture),
    publicRegistry(architecture, { Labels: { from: "elsewhere" } }),
  ]);
  const { region, cluster, service } = environment.target;
  await environment.checkout.write("infra/targets/three.json", JSON.stringify({ region, cluster, service }));
});
after(async () => {
  registry.close();
  other.close();
  await environment.close();
});

/** The words of a call that takes the image of a registry. */
function withImage(name: string, version: string, ...flags: string[]): string[] {
  return [...environment.at, name, "--version", version, "--image", `${registry.host}/tools/busybox:1.0`, ...flags];
}

test("a ready image is published as it is: under the version, with the labels that it has", async () => {
  const { exitCode, stdout, stderr } = await environment.call(withImage("publish", "v2.0.0"));
  assert.equal(exitCode, 0, stderr);
  assert.match(stdout, /\/uf-cloud-ops-exercise-app@sha256:[0-9a-f]{64}$/);
  assert.match(stderr, /Not tested: the target names no test command/);
  assert.deepEqual(await labelsOf(environment, "v2.0.0"), { from: "the registry" });
});

test("the same image under the same version is found again, and nothing is pushed", async () => {
  const before = await environment.state();
  const { exitCode, stderr } = await environment.call(withImage("publish", "v2.0.0"));
  assert.equal(exitCode, 0, stderr);
  assert.match(stderr, /v2\.0\.0 is in the registry already, as the same image: sha256:/);
  assert.deepEqual(await environment.state(), before);
});

test("another image under a version that is taken is refused", async () => {
  const args = [...environment.at, "publish", "--version", "v2.0.0", "--image", `${other.host}/tools/busybox:1.0`];
  const message =
    /^v2\.0\.0 is in the registry already \(sha256:[0-9a-f]{64}\) and is another image than the container \(sha256:/m;
  await refused(environment, args, { message });
});

test("a ready image needs no git repository where the version is given, and without one is refused with --version", async (t) => {
  const cwd = await temporary(t);
  await copyProject(cwd);
  const { exitCode, stderr } = await environment.call(withImage("publish", "v2.1.0"), { cwd });
  assert.equal(exitCode, 0, stderr);
  const args = [...environment.at, "publish", "--image", `${registry.host}/tools/busybox:1.0`];
  await refused(
    environment,
    args,
    { message: /^There is no version: .*Pass --version, as in --version v1\.2\.3\.$/m },
    { cwd },
  );
});

test("the target's test command runs in a ready image, and a failure keeps it from being published", async () => {
  const write = (command: string[]) =>
    environment.checkout.write(
      "infra/targets/tested.json",
      JSON.stringify({ ...environment.target, test: { command } }),
    );
  const args = ["--target", "tested", ...withImage("publish", "v2.2.0")];
  await write(["sh", "-c", "echo 3 failed; exit 1"]);
  await refused(environment, args, { message: /^The app's tests failed\.\n.*3 failed/m });
  await write(["sh", "-c", "echo 3 passed"]);
  const { exitCode, stderr } = await environment.call(args);
  assert.equal(exitCode, 0, stderr);
  assert.doesNotMatch(stderr, /Not tested/);
});

test("a ready image with the options of a build is refused before anything is read", async () => {
  const message =
    /^--image can't be combined with --app, --build-arg, --build-secret: the image exists, and nothing is /m;
  const flags = ["--app", ".", "--build-arg", "A=b", "--build-secret", "env://HOME"];
  await refused(environment, withImage("publish", "v2.0.0", ...flags), { message });
});

test("a ready image and --published together are refused", async () => {
  await refused(environment, withImage("deploy", "v2.0.0", "--published"), {
    message: /^--image can't be combined with --published: /m,
  });
});

test("an image that no registry has is refused with its address", async () => {
  const args = [...environment.at, "deploy", "--version", "v2.3.0", "--image", `${registry.host}/tools/busybox:9.9`];
  await refused(environment, args, { message: /^Reading the image failed: .*9\.9/m });
});

test("a ready image is deployed to a target of three keys, and the report states that it is not tested", async () => {
  const { exitCode, stdout, stderr } = await environment.call(["--target", "three", ...withImage("deploy", "v2.4.0")]);
  assert.equal(exitCode, 0, stderr);
  assert.match(stdout, /not tested/i);
  assert.match(stdout, /v2\.4\.0/);
  const status = await environment.call(["--target", "three", ...environment.at, "status"]);
  assert.match(status.stdout, /v2\.4\.0/);
});
