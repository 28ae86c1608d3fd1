// biome-ignore-all lint/suspicious/noTemplateCurlyInString: a Dockerfile writes variables so.
import assert from "node:assert/strict";
import { test } from "node:test";
import { planOf } from "./support/dockerfile.js";

const bases = (text: string, buildArgs: Record<string, string> = {}) =>
  planOf(text, { buildArgs }).stages.map(({ base }) => (typeof base === "string" ? base : `stage ${base.index}`));

test("a stage begins with an image, or with a stage before it in upper or lower case", () => {
  assert.deepEqual(bases("FROM a AS One\nFROM one as two\nFROM two\nFROM scratch"), [
    "a",
    "stage 0",
    "stage 1",
    "scratch",
  ]);
  assert.deepEqual(bases("FROM later\nFROM a AS later"), ["later", "a"]);
});

test("arguments before FROM have defaults, and build arguments win", () => {
  const file =
    "ARG VERSION=3\nARG BASE=python:${VERSION}-slim\nFROM ${BASE} AS base\nFROM ${OTHER:-node}:${VERSION:+22}";
  assert.deepEqual(bases(file), ["python:3-slim", "node:22"]);
  assert.deepEqual(bases(file, { VERSION: "4" }), ["python:4-slim", "node:22"]);
  assert.deepEqual(bases(file, { OTHER: "go", BASE: "x" }), ["x", "node:22"]);
});

test("the platform is that of the build unless FROM names one, and stages pass it on", () => {
  const { stages } = planOf(
    "FROM --platform=$BUILDPLATFORM a AS b\nFROM b\nFROM --platform=linux/$TARGETARCH c\nFROM d",
  );
  assert.deepEqual(
    stages.map(({ platform }) => platform),
    ["linux/amd64", "linux/amd64", "linux/arm64", "linux/arm64"],
  );
});

test("the target is the last stage, or one by its name or number", () => {
  const target = (name?: string) =>
    planOf("FROM a AS one\nFROM b AS two\nFROM c", name ? { target: name } : {}).target.index;
  assert.deepEqual([target(), target("ONE"), target("1")], [2, 0, 1]);
  assert.throws(() => target("three"), /Dockerfile has no stage "three". Its stages: one, two\./);
});

const wrong: [file: string, message: RegExp][] = [
  ["# nothing", /Dockerfile has no FROM/],
  ["RUN x\nFROM a", /Dockerfile:1: RUN: .*precedes the first FROM. Accepted there: ARG/],
  ["FROM", /Dockerfile:1: FROM: "". Accepted: IMAGE or IMAGE AS NAME/],
  ["FROM $BASE", /Dockerfile:1: FROM: \$BASE is empty/],
  ["FROM a as 1b", /Dockerfile:1: FROM: "1b" is not a name for a stage/],
  ["FROM a b", /Dockerfile:1: FROM: "a b". Accepted/],
  ["FROM --as=x a", /Dockerfile:1: FROM: --as .*Accepted: --platform/],
  ["FROM a\nCOPY x", /Dockerfile:2: COPY: "x" has no destination/],
  ["FROM a\nCOPY --form=b x y", /Dockerfile:2: COPY: --form .*Accepted: --from, --chown/],
  ["FROM a\nENV A", /Dockerfile:2: ENV: "A" is not NAME=VALUE/],
  ["FROM a\nENV A=1 B", /Dockerfile:2: ENV: "B" is not NAME=VALUE/],
  ["FROM a\nWORKDIR", /Dockerfile:2: WORKDIR: .*Accepted: a path/],
  ["FROM a\nSHELL bash", /Dockerfile:2: SHELL: bash is not a list of words in JSON/],
  ["FROM a\nHEALTHCHECK curl x", /Dockerfile:2: HEALTHCHECK: "curl x".*Accepted: NONE, or CMD/],
  ["FROM a\nHEALTHCHECK --interval=5 CMD x", /Dockerfile:2: HEALTHCHECK: --interval: "5" is not a duration/],
  ["FROM a\nHEALTHCHECK --retries=x CMD x", /Dockerfile:2: HEALTHCHECK: --retries=x/],
  ["FROM a\nRUN --mount=type=ssh x", /Dockerfile:2: RUN: --mount=type=ssh .*Accepted: bind, cache, tmpfs, secret/],
  ["FROM a\nRUN --mount=type=secret x", /Dockerfile:2: RUN: .*lacks id=NAME/],
  ["FROM a\nRUN --mount=type=cache x", /Dockerfile:2: RUN: .*lacks target=PATH/],
  ["FROM a\nRUN --mount=type=tmpfs,target=/x,uid=1 x", /Dockerfile:2: RUN: .*"uid".*Accepted: target, size/],
  ["FROM a\nRUN --network=host x", /Dockerfile:2: RUN: --network=host .*Accepted: default, none/],
  ["FROM a\nRUN --security=insecure x", /Dockerfile:2: RUN: --security=insecure/],
  ["FROM a\nONBUILD FROM b", /Dockerfile:2: ONBUILD: FROM can't be a trigger/],
];
for (const [file, message] of wrong) {
  test(`${JSON.stringify(file)} is refused before anything runs`, () => {
    assert.throws(() => planOf(file), message);
  });
}
