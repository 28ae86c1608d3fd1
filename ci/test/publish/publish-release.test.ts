import assert from "node:assert/strict";
import { test } from "node:test";
import { SlipwayError } from "../../lib/common/errors.js";
import { LABEL } from "../../lib/image/labels.js";
import type { ImageSource } from "../../lib/publish/image-source.js";
import { findPublished, publish } from "../../lib/publish/publish-release.js";
import { noSpan } from "../../lib/rollout/session.js";
import { Fault } from "../support/fake-aws.js";
import { login } from "../support/fake-registry.js";
import { publishScene } from "../support/publish-scene.js";
import { target } from "../support/scripted-ecs.js";

const labels = { [LABEL.inputDigest]: "sha256:input", [LABEL.revision]: "c0ffee", [LABEL.baseDigest]: "sha256:base" };
const scene = publishScene(target.repository);

/** A checkout whose input is `sha256:input`, pushing into the fake registry; `done` lists the calls. */
function checkout(changes: Partial<ImageSource> = {}): ImageSource {
  return {
    kind: "build",
    identity: async () => "sha256:input",
    baseDigest: async () => "sha256:base",
    test: async () => {
      scene.done.push("test");
      return "1 passed";
    },
    push: async (address) => {
      scene.done.push(`push ${address.split("/").at(-1)}`);
      return scene.registry.put("v1.0.0", labels);
    },
    ...changes,
  };
}

const run = (source = checkout()) =>
  publish("v1.0.0", source, scene.destination, { progress: (line) => scene.lines.push(line), span: noSpan });

test("a new version is tested, then pushed under its tag, and answered by digest", async () => {
  const release = await run();
  assert.deepEqual(scene.done, ["test", `push ${target.repository}:v1.0.0`]);
  assert.match(release.image, new RegExp(`^127\\.0\\.0\\.1:\\d+/${target.repository}@${release.digest}$`));
  assert.deepEqual([release.version, release.commit], ["v1.0.0", "c0ffee"]);
});

test("an app without tests is published, and the release and a line state that nothing was tested", async () => {
  const release = await run(checkout({ test: async () => undefined }));
  assert.equal(release.untested, true);
  assert.ok(scene.lines.some((line) => line.startsWith("Not tested:")));
});

test("the registry is read and written with the login that ECR gave", async () => {
  let used: object | undefined;
  await run(
    checkout({
      push: async (_, credentials) => {
        used = credentials;
        return scene.registry.put("v1.0.0", labels);
      },
    }),
  );
  assert.deepEqual(used, login);
  assert.deepEqual([...scene.registry.authorizations], [`Basic ${Buffer.from("AWS:pass:word").toString("base64")}`]);
});

test("a version that is there from the same input is used as it is, and nothing is tested or built", async () => {
  const digest = scene.registry.put("v1.0.0", labels);
  assert.equal((await run()).digest, digest);
  assert.deepEqual(scene.done, []);
});

test("the checks before the build run before the tests, with the repository's address, and can stop the publish", async () => {
  const checked = (more: () => void = () => {}) =>
    publish("v1.0.0", checkout(), scene.destination, {
      progress: () => {},
      span: noSpan,
      beforeBuild: async ({ uri }) => {
        scene.done.push(`checked ${uri.split("/").at(-1)}`);
        more();
      },
    });
  await assert.rejects(
    checked(() => {
      throw new Error("refused");
    }),
    /refused/,
  );
  assert.deepEqual(scene.done.splice(0), [`checked ${target.repository}`]);
  await checked();
  assert.deepEqual(scene.done.splice(0), [`checked ${target.repository}`, "test", `push ${target.repository}:v1.0.0`]);
  await checked();
  assert.deepEqual(scene.done, [], "a version that is there is not built, and so not checked");
});

test("a base image that has moved since is mentioned", async () => {
  scene.registry.put("v1.0.0", labels);
  await run(checkout({ baseDigest: async () => "sha256:newer" }));
  assert.match(scene.lines.join("\n"), /base image has changed since this build: sha256:base then, sha256:newer now/);
});

test("a base image that can't be read does not prevent the use of a published version", async () => {
  const digest = scene.registry.put("v1.0.0", labels);
  const release = await run(checkout({ baseDigest: () => Promise.reject(new Error("registry unreachable")) }));
  assert.equal(release.digest, digest);
  assert.match(scene.lines.join("\n"), /Cannot read the base image: registry unreachable/);
});

test("a version that is there from another input is refused, naming deploy --published", async () => {
  scene.registry.put("v1.0.0", { ...labels, [LABEL.inputDigest]: "sha256:other" });
  await assert.rejects(run(), {
    code: "version-taken",
    exitCode: 2,
    message: /c0ffee.*sha256:other.*deploy --published/,
  });
  assert.deepEqual(scene.done, []);
});

test("labels that another tool wrote to look like a report of ours are one harmless line in the refusal", async () => {
  const text = `x\u001b[2J\nDEPLOYED: all well\n::error::${"y".repeat(100_000)}`;
  scene.registry.put("v1.0.0", { [LABEL.inputDigest]: text, [LABEL.revision]: text });
  const refused: Error = await run().catch((error) => error);
  assert.doesNotMatch(refused.message, /[\p{Cc}\p{Cf}]/u);
  assert.ok(refused.message.length < 1_000);
});

test("a version that another tool pushed is refused: it has no input digest", async () => {
  scene.registry.put("v1.0.0", {});
  await assert.rejects(run(), { code: "version-taken", message: /not made by Slipway/ });
  scene.registry.putIndex("v1.0.0");
  await assert.rejects(run(), { code: "version-taken", message: /not made by Slipway/ });
});

test("a failing test keeps the version from being pushed", async () => {
  const failed = new SlipwayError("tests-failed", 2, "1 failed");
  await assert.rejects(run(checkout({ test: () => Promise.reject(failed) })), { message: "1 failed" });
  assert.deepEqual(scene.done, []);
});

const unresolved = new Error(
  'failed to resolve image "docker.io/library/python:3.13-slim": dial tcp: lookup registry-1.docker.io: no such host',
);
for (const [what, changes] of [
  ["the input is read", { identity: () => Promise.reject(unresolved) }],
  ["the tests run", { test: () => Promise.reject(unresolved) }],
  ["the image is built", { push: () => Promise.reject(unresolved) }],
] as const) {
  test(`a base image that cannot be reached when ${what} ends with exit code 2, its host and the next step`, async () => {
    await assert.rejects(run(checkout(changes)), {
      exitCode: 2,
      message:
        /v1\.0\.0.* failed: failed to resolve image .*registry-1\.docker\.io: no such host\..*(check the network|Run the same command again)/s,
    });
  });
}

test("a command of the build that fails is shown with the end of its output, quoted", async () => {
  const stderr = `${"x\n".repeat(500)}ERROR: no matching distribution\n::error::not ours\u001b[2J`;
  const failure = Object.assign(new Error("exit code: 1"), { cmd: ["pip", "install"], stdout: "", stderr });
  const failing = [{ push: () => Promise.reject(failure) }, { test: () => Promise.reject(failure) }];
  for (const changes of failing) {
    await assert.rejects(run(checkout(changes)), (error: SlipwayError) => {
      assert.equal(error.exitCode, 2);
      assert.match(error.message, /pip install: exit code: 1\.\n {2}│ …\n.*│ ERROR: no matching distribution\n/s);
      assert.doesNotMatch(error.message, /[^\P{Cc}\n]|^::error/mu);
      assert.ok(error.message.split("\n").length < 60);
      return true;
    });
  }
});

test("a programming error stays an unexpected error", async () => {
  const mistake = new RangeError("Maximum call stack size exceeded");
  await assert.rejects(run(checkout({ identity: () => Promise.reject(mistake) })), mistake);
});

test("a registry that answers another digest than the one pushed is refused", async () => {
  const source = checkout({
    push: async () => {
      const ours = scene.registry.put("v1.0.0", labels);
      scene.registry.put("v1.0.0", { ...labels, someone: "else" });
      return ours;
    },
  });
  await assert.rejects(run(source), { code: "digest-differs", message: /Pushed v1\.0\.0 as sha256:.*has sha256:/ });
});

test("a publish that loses a race for an immutable tag uses the winner's image when its input is the same", async () => {
  let winner: string | undefined;
  const lose = (won: Record<string, string>) => async () => {
    winner = scene.registry.put("v1.0.0", won);
    throw new Error("tag is immutable");
  };
  assert.equal((await run(checkout({ push: lose({ ...labels, built: "elsewhere" }) }))).digest, winner);
});

test("a publish that loses that race to another input is refused, and a push that failed reports why", async () => {
  const source = checkout({
    push: async () => {
      scene.registry.put("v1.0.0", { [LABEL.inputDigest]: "sha256:other" });
      throw new Error("tag is immutable");
    },
  });
  await assert.rejects(run(source), { code: "version-taken" });
  const failing = checkout({ push: () => Promise.reject(new Error("no space left on device")) });
  await assert.rejects(publish("v2.0.0", failing, scene.destination, { progress() {}, span: noSpan }), {
    code: "push-failed",
    exitCode: 2,
    message: /no space left on device\. The registry has no such tag, and nothing/,
  });
});

test("a push that is cut off while ECR is unreachable too reports the push, and the next one succeeds", async () => {
  const describe = scene.fake.script.DescribeImages;
  const cut = checkout({
    push: async () => {
      scene.fake.script.DescribeImages = () => new Fault("ServerException", "Internal", 500);
      throw new Error("write: connection reset by peer");
    },
  });
  await assert.rejects(run(cut), {
    code: "push-failed",
    message:
      /v1\.0\.0 to .* failed: write: connection reset by peer\. Whether the tag is there can't be read .*ServerException/,
  });
  if (describe) scene.fake.script.DescribeImages = describe;
  assert.match((await run()).digest, /^sha256:/);
  assert.deepEqual(
    scene.done,
    ["test", "test", "push web:v1.0.0"].map((one) => one.replace("web", target.repository)),
  );
});

test("a missing repository is refused before anything is built, naming the existing ones", async () => {
  scene.destination = { ...scene.destination, target: { ...target, repository: "nowhere" } };
  await assert.rejects(run(), {
    code: "no-repository",
    message: /no image repository "nowhere".*Its repositories: uf-cloud-ops/,
  });
  assert.deepEqual(scene.done, []);
});

test("a missing repository is refused also where the others may not be listed", async () => {
  scene.destination = { ...scene.destination, target: { ...target, repository: "nowhere" } };
  const describe = scene.fake.script.DescribeRepositories;
  scene.fake.script.DescribeRepositories = (input) =>
    input.repositoryNames ? (describe?.(input) ?? {}) : new Fault("AccessDeniedException", "no");
  await assert.rejects(run(), {
    code: "no-repository",
    exitCode: 2,
    message: /"nowhere".*could not be listed: ecr:DescribeRepositories is not permitted/,
  });
});

test("a misspelt repository beyond the first page is suggested", async () => {
  scene.destination = { ...scene.destination, target: { ...target, repository: "team/ap" } };
  const describe = scene.fake.script.DescribeRepositories;
  scene.fake.script.DescribeRepositories = (input) => {
    if (input.repositoryNames) return describe?.(input) ?? {};
    return input.nextToken ? { repositories: [{ repositoryName: "team/app" }] } : { repositories: [], nextToken: "2" };
  };
  await assert.rejects(run(), { code: "no-repository", message: /Did you mean "team\/app"\?/ });
});

test("a registry of another account is addressed by its id", async () => {
  scene.destination = { ...scene.destination, target: { ...target, registry: { account: "210987654321" } } };
  await run();
  assert.equal(scene.fake.sent("DescribeRepositories")[0]?.registryId, "210987654321");
});

test("a published version is deployed as the registry has it, for any source it was built from", async () => {
  const digest = scene.registry.put("v0.9.0", {});
  const release = await findPublished("v0.9.0", scene.destination);
  assert.equal(release.digest, digest);
});

for (const fault of [new Fault("AccessDeniedException", "no"), new Fault("ServerException", "no", 500)]) {
  test(`a version that was never published is refused also where listing the others ends in ${fault.code}`, async () => {
    const describe = scene.fake.script.DescribeImages;
    scene.fake.script.DescribeImages = (input) => (input.imageIds ? (describe?.(input) ?? {}) : fault);
    await assert.rejects(findPublished("v1.0.0", scene.destination), {
      code: "not-published",
      exitCode: 2,
      message: /v1\.0\.0 is not in .*could not be listed/,
    });
  });
}

test("of a repository with very many images ten pages are read, and the error states that there are more", async () => {
  let pages = 0;
  const describe = scene.fake.script.DescribeImages;
  scene.fake.script.DescribeImages = (input) => {
    if (input.imageIds) return describe?.(input) ?? {};
    return { imageDetails: [{ imageTags: [`v0.0.${++pages}`], imagePushedAt: pages }], nextToken: "more" };
  };
  await assert.rejects(findPublished("v1.0.0", scene.destination), {
    code: "not-published",
    message: /Some of its versions: v0\.0\.10, v0\.0\.9, v0\.0\.8, v0\.0\.7, v0\.0\.6\./,
  });
  assert.equal(pages, 10);
});

test("a version that was never published is refused, naming the newest", async () => {
  scene.registry.put("v0.8.0", {});
  scene.registry.put("v0.9.0", {});
  await assert.rejects(findPublished("v1.0.0", scene.destination), {
    code: "not-published",
    message: /Its newest versions: v0\.9\.0, v0\.8\.0\./,
  });
});
