import assert from "node:assert/strict";
import { test } from "node:test";
import { parseLocalVersion, parseReleaseVersion } from "../src/version.js";

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
