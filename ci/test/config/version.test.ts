import assert from "node:assert/strict";
import { test } from "node:test";
import { compareVersions, parseLocalVersion, parseReleaseVersion } from "../../lib/config/version.js";

const good = ["v1.2.3", "1.2.3-rc.1", "9f3c2ab", "a".repeat(40), "2026-11-26", "20261126.4", "1234", "build_7", "V1"];
const bad = ["", "v1.2.3\n", " v1.2.3", "v1.2.3-ä", "-v1", ".1", "a/b", "a:b", "a b", "a".repeat(129)];
const moving = ["latest", "main", "Master", "stable", "staging", "PROD"];

for (const version of good) {
  test(`${version} is a version to publish`, () => assert.equal(parseReleaseVersion(version), version));
}

for (const version of bad) {
  test(`${JSON.stringify(version).slice(0, 40)} is refused with examples`, () => {
    assert.throws(() => parseReleaseVersion(version), { code: "bad-version", exitCode: 2, message: /v1\.2\.3/ });
    assert.throws(() => parseLocalVersion(version), { code: "bad-version" });
  });
}

for (const version of moving) {
  test(`${version}, which moves, is no version to publish`, () => {
    assert.throws(() => parseReleaseVersion(version), { exitCode: 2, message: /a tag that moves/ });
  });
}

test("latest can be built for this machine", () => assert.equal(parseLocalVersion("latest"), "latest"));

test("build metadata is refused with what to use in its place", () => {
  assert.throws(() => parseReleaseVersion("v1.2.3+build.5"), { message: /can't hold the "\+".*use a "-"/ });
});

// https://semver.org/#spec-item-11
const ascending = [
  "v0.9.10",
  "v1.0.0-0",
  "v1.0.0-2",
  "v1.0.0-11",
  "v1.0.0-alpha",
  "v1.0.0-alpha.1",
  "v1.0.0-alpha.beta",
  "v1.0.0-beta",
  "v1.0.0-beta.2",
  "v1.0.0-beta.11",
  "v1.0.0-rc.1",
  "v1.0.0",
  "v1.0.1",
  "v1.2.0",
  "v1.10.0",
  "v2.0.0",
  "v9007199254740993.0.0",
  "v9007199254740994.0.0",
];

test("versions are ordered as semver.org orders them", () => {
  ascending.forEach((a, i) => {
    ascending.forEach((b, j) => {
      assert.equal(Math.sign(compareVersions(a, b) ?? Number.NaN), Math.sign(i - j), `${a} and ${b}`);
    });
  });
});

test("a version without its v is compared as with it, build metadata does not count, and text that is not a version has no order", () => {
  assert.equal(compareVersions("1.2.3", "v1.2.3+build.7"), 0);
  for (const text of ["latest", "v1.2", "2026-11-26", "", "v1.2.3.4", "v01.2.3"]) {
    assert.equal(compareVersions(text, "v1.2.3"), undefined);
    assert.equal(compareVersions("v1.2.3", text), undefined);
  }
});
