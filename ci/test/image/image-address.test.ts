import assert from "node:assert/strict";
import { test } from "node:test";
import { parseImageAddress, versionOfImage } from "../../lib/image/image-address.js";

const digest = `sha256:${"0123456789abcdef".repeat(4)}`;
const ecr = "210987654321.dkr.ecr.eu-west-1.amazonaws.com";

test("an image is named by tag, by digest or by both, with or without its registry", () => {
  const read = (text: string) => {
    const { text: _, ...parts } = parseImageAddress(text);
    return parts;
  };
  assert.deepEqual(read("app:v1.2.3"), { repository: "app", tag: "v1.2.3" });
  assert.deepEqual(read(`team/app@${digest}`), { repository: "team/app", digest });
  assert.deepEqual(read(`app:v1@${digest}`), { repository: "app", tag: "v1", digest });
  assert.deepEqual(read(`${ecr}/team/app:20261126.4`), { host: ecr, repository: "team/app", tag: "20261126.4" });
  assert.deepEqual(read(`127.0.0.1:4566/app@${digest}`), { host: "127.0.0.1:4566", repository: "app", digest });
  assert.deepEqual(read("localhost:4566/app:v1"), { host: "localhost:4566", repository: "app", tag: "v1" });
});

test("text that is not an image reference is refused with the value and the accepted forms", () => {
  const wrong = [
    "",
    ":v1",
    "App:v1",
    "app:",
    "app:v1:v2",
    "app: v1",
    "https://example.com/app:v1",
    "../app:v1",
    "app@sha256:abc",
    `app@${digest.toUpperCase()}`,
    `${"a".repeat(300)}:v1`,
    `app:${"v".repeat(129)}`,
    "app:v1\n::error::",
  ];
  for (const text of wrong) {
    assert.throws(
      () => parseImageAddress(text),
      (error: Error & { code: string; exitCode: number }) => {
        assert.deepEqual([error.code, error.exitCode], ["bad-reference", 2], text);
        assert.match(error.message, /^--from ".*" (is no image reference|names neither)[^\n]*Accepted: [^\n]+$/);
        return true;
      },
    );
  }
});

test("a reference with neither a tag nor a digest is refused, because it would mean latest", () => {
  assert.throws(() => parseImageAddress("app"), { code: "bad-reference", message: /"app" names neither a tag nor a / });
  assert.throws(() => parseImageAddress(`${ecr}/app`), {
    code: "bad-reference",
    message: /names neither a tag nor a /,
  });
});

test("the version is the one that was passed, or else the tag, or else the first 12 digits of the digest", () => {
  const version = (text: string, given?: string) => versionOfImage(parseImageAddress(text), given);
  assert.equal(version("app:v1.2.3"), "v1.2.3");
  assert.equal(version("app:v1.2.3", "v2"), "v2");
  assert.equal(version(`app:v1@${digest}`), "v1");
  assert.equal(version(`app@${digest}`), "0123456789ab");
  assert.equal(version("app:latest", "v1.2.3"), "v1.2.3");
});

test("a tag that moves is no version, and the refusal names --version", () => {
  for (const tag of ["latest", "main", "stable", "Production"]) {
    assert.throws(() => versionOfImage(parseImageAddress(`app:${tag}`), undefined), {
      code: "moving-version",
      exitCode: 2,
      message: new RegExp(`^--from app:${tag} names a tag that moves, "${tag}".*--version v1\\.2\\.3`),
    });
  }
  assert.throws(() => versionOfImage(parseImageAddress("app:v1"), "latest"), { code: "latest-version" });
});
