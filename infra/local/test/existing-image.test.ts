import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { CreateRepositoryCommand } from "@aws-sdk/client-ecr";
import { openEnvironment, refused, type TestEnvironment } from "./support/environment.js";
import { putImage } from "./support/image.js";

let environment: TestEnvironment;
/** Name of the other repository, with its registry. */
let other: string;
let digest: string;

before(async () => {
  environment = await openEnvironment();
  const { region, cluster, service } = environment.target;
  await environment.checkout.write("infra/targets/three.json", JSON.stringify({ region, cluster, service }));
  await environment.clients.ecr.send(new CreateRepositoryCommand({ repositoryName: "shared/base" }));
  other = `${environment.url.replace("http://", "")}/shared/base`;
  await putImage(environment, "v3.0.0", {});
  digest = await putImage(environment, "stable", { "org.opencontainers.image.revision": "c0ffee" }, "shared/base");
});
after(() => environment.close());

const at = (...words: string[]) => ["--target", "three", ...environment.at, ...words];

async function succeeds(...words: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await environment.call(at(...words));
  assert.equal(exitCode, 0, stderr);
  return stdout;
}

test("an image by its tag in the target's repository is deployed as it is, as the version of its tag", async () => {
  const before = (await environment.state()) as { images: unknown };
  const report = await succeeds("deploy", "--from", `${environment.target.repository}:v3.0.0`);
  assert.match(report, /v3\.0\.0/);
  assert.deepEqual(((await environment.state()) as { images: unknown }).images, before.images, "nothing was pushed");
});

test("an image of another repository by its digest is planned, and that very plan deployed, as a part of its digest", async () => {
  const version = digest.slice(7, 19);
  const plan = await succeeds("plan", "--from", `${other}@${digest}`);
  assert.match(plan, new RegExp(`shared/base@${digest}`));
  const [, hash = ""] = /\b([0-9a-f]{16})\b/.exec(plan) ?? [];
  await succeeds("deploy", "--from", `${other}@${digest}`, "--plan", hash);
  const status = await succeeds("status");
  assert.match(status, new RegExp(version));
  assert.match(status, new RegExp(digest));
});

test("a rollback goes back to the image of the first repository, and the history has both with their digests", async () => {
  const { exitCode, stderr } = await environment.call(at("rollback"));
  assert.equal(exitCode, 0, stderr);
  assert.match(stderr, /Rolling back from [0-9a-f]{12} to v3\.0\.0/);
  const history = await succeeds("history");
  assert.match(history, /v3\.0\.0/);
  assert.match(history, new RegExp(digest.slice(7, 19)));
});

test("a digest that the repository does not have is refused by the preflight", async () => {
  const missing = `${other}@sha256:${"e".repeat(64)}`;
  await refused(environment, at("deploy", "--from", missing), { message: /image-missing.*is not in ECR/ });
});

test("a tag that moves needs --version, and is then deployed by the digest that it names now", async () => {
  await refused(environment, at("deploy", "--from", `${other}:stable`), {
    message: /^--from .*:stable names a tag that moves/m,
  });
  const plan = await succeeds("plan", "--from", `${other}:stable`, "--version", "v9.0.0");
  assert.match(plan, new RegExp(`v9\\.0\\.0[^]*@${digest}|@${digest}[^]*v9\\.0\\.0`));
});

test("an image that exists with another image or the options of a build is refused", async () => {
  const from = ["deploy", "--from", `${other}@${digest}`];
  for (const [flags, message] of [
    [["--published"], /^--from can't be combined with --published: /m],
    [["--image", "busybox:1"], /^--from can't be combined with --image: /m],
    [["--app", ".", "--stage", "web"], /^--from can't be combined with --app, --stage: the image exists/m],
  ] as const)
    await refused(environment, at(...from, ...flags), { message });
});
