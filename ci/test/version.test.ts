import assert from "node:assert/strict";
import { test } from "node:test";
import { compareVersions, parseLocalVersion, parseReleaseVersion } from "../src/version.js";

const good = ["v0.0.0", "v1.2.3", "v10.20.30", "v1.2.3-rc.1", "v1.2.3-0", "v1.2.3-alpha-1.x7", "v1.2.3-0a"];
const bad = [
  "",
  "1.2.3",
  "v1.2",
  "v1.2.3.4",
  "v01.2.3",
  "v1.2.3-",
  "v1.2.3-01",
  "v1.2.3-a..b",
  "V1.2.3",
  "v1.2.3\n",
  " v1.2.3",
  "v1.2.3-ä",
];

for (const version of good) {
  test(`${version} is a version to publish`, () => assert.equal(parseReleaseVersion(version), version));
}

for (const version of bad) {
  test(`${JSON.stringify(version)} is refused with an example`, () => {
    assert.throws(() => parseReleaseVersion(version), { code: "bad-version", exitCode: 2, message: /v1\.2\.3/ });
    assert.throws(() => parseLocalVersion(version), { code: "bad-version" });
  });
}

test("latest is for local use only", () => {
  assert.equal(parseLocalVersion("latest"), "latest");
  assert.throws(() => parseReleaseVersion("latest"), { code: "latest-version", message: /local use/ });
});

test("build metadata is refused because an image tag can't hold it", () => {
  assert.throws(() => parseReleaseVersion("v1.2.3+build.5"), { message: /image tag can't hold a "\+"/ });
});

test("a version that is too long for an image tag is refused", () => {
  const longest = `v1.2.3-${"a".repeat(121)}`;
  assert.equal(parseReleaseVersion(longest), longest);
  assert.throws(() => parseReleaseVersion(`${longest}a`), { message: /at most 128 characters/ });
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

test("a version without its v is compared as with it, build metadata does not count, and what is no version has no order", () => {
  assert.equal(compareVersions("1.2.3", "v1.2.3+build.7"), 0);
  for (const text of ["latest", "v1.2", "2026-11-26", "", "v1.2.3.4", "v01.2.3"]) {
    assert.equal(compareVersions(text, "v1.2.3"), undefined);
    assert.equal(compareVersions("v1.2.3", text), undefined);
  }
});
