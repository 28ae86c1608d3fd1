import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { copyProject, gitIn, lendPackages, temporary } from "./support/checkout.js";
import { openEnvironment, refused, type TestEnvironment } from "./support/environment.js";
import { labelsOf, putImage } from "./support/image.js";

let environment: TestEnvironment;

before(async () => {
  environment = await openEnvironment();
});
after(() => environment.close());

function publish(version: string, ...flags: string[]): string[] {
  return [...environment.at, "publish", "--version", version, ...flags];
}

test("without .git nothing is published", async (t) => {
  const cwd = await temporary(t);
  await copyProject(cwd);
  const message =
    /^The git repository can't be read \(.*not a git repository.*\), so no commit would stand for the release\./m;
  await refused(environment, publish("v1.2.3"), { message }, { cwd });
});

test("a tree with uncommitted changes is not published", async () => {
  await environment.checkout.write("app/new.py", "print('new')\n");
  const message =
    /^There are uncommitted changes beside commit [0-9a-f]{40}, .*`git status` shows them\), or pass --allow-dirty/m;
  await refused(environment, publish("v1.2.3"), { message });
  environment.checkout.clean();
});

test("an image of a tree with uncommitted changes is marked as such when it is allowed", async () => {
  await environment.checkout.write("notes.txt", "not committed");
  const { exitCode, stderr } = await environment.call(publish("v1.2.4", "--allow-dirty"));
  environment.checkout.clean();
  assert.equal(exitCode, 0, stderr);
  const labels = await labelsOf(environment, "v1.2.4");
  assert.equal(labels["slipway.dirty"], "true");
  assert.equal(labels["org.opencontainers.image.revision"], environment.checkout.git("rev-parse", "HEAD"));
});

test("files that git ignores and an image would hold are not published", async () => {
  await environment.checkout.write("app/slipway_app/ignored.py", "x = 1\n");
  await environment.checkout.write(".git/info/exclude", "ignored.py\n");
  const message = /^The directory that is built is none that commit [0-9a-f]{40} holds, .*or pass --allow-dirty/m;
  await refused(environment, publish("v1.2.3"), { message });
  await rm(join(environment.checkout.path, "app/slipway_app/ignored.py"));
});

test("a version that lies there from another source is refused, with how to deploy it as it is", async () => {
  await putImage(environment, "v1.3.0", {});
  await putImage(environment, "v1.3.1", {
    "slipway.input-digest": "sha256:other",
    "org.opencontainers.image.revision": "abc",
  });
  const next = /Publish under a new version, or deploy the published image: deploy --published --version v1\.3\.0\.$/m;
  const refusal = await refused(environment, publish("v1.3.0"), { message: next });
  assert.match(refusal, /^v1\.3\.0 is in the registry already \(sha256:[0-9a-f]{64}\) and was not made by Slipway/m);
  const other =
    /\(sha256:[0-9a-f]{64}, from commit abc\) and was made from another input \(sha256:other; this one is sha256:/;
  await refused(environment, publish("v1.3.1"), { message: other });
});

test("the same app is the same release from a detached head, a shallow clone and a linked worktree", async (t) => {
  const { path, git } = environment.checkout;
  const [, input = ""] =
    /this one is (sha256:[0-9a-f]{64})/.exec((await environment.call(publish("v1.3.1"))).stderr) ?? [];
  const digest = await putImage(environment, "v1.4.0", { "slipway.input-digest": input });
  const elsewhere = await temporary(t);

  git("checkout", "--quiet", "--detach");
  git("worktree", "add", "--quiet", "--detach", join(elsewhere, "worktree"));
  gitIn(elsewhere)("clone", "--quiet", "--depth=1", `file://${path}`, "shallow");
  for (const name of ["worktree", "shallow"]) await lendPackages(join(elsewhere, name));

  const before = await environment.state();
  for (const cwd of [path, join(elsewhere, "worktree"), join(elsewhere, "shallow")]) {
    const { exitCode, stdout, stderr } = await environment.call(publish("v1.4.0"), { cwd });
    assert.equal(exitCode, 0, stderr);
    assert.match(stdout, new RegExp(`/uf-cloud-ops-exercise-app@${digest}$`));
  }
  assert.deepEqual(await environment.state(), before);
});

test("a repository without a commit is refused with git's error", async (t) => {
  const cwd = await temporary(t);
  await copyProject(cwd);
  gitIn(cwd)("init", "--quiet");
  await refused(environment, publish("v1.2.3"), { message: /can't be read: fatal: / }, { cwd });
});
