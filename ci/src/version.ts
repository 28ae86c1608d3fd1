import { InputError } from "./errors.js";

// https://semver.org, without build metadata: a "+" is not allowed in an image tag.
const NUMBER = "(?:0|[1-9]\\d*)";
const PRE_RELEASE = `(?:${NUMBER}|\\d*[a-zA-Z-][0-9a-zA-Z-]*)`;
const VERSION = new RegExp(`^v${NUMBER}\\.${NUMBER}\\.${NUMBER}(?:-${PRE_RELEASE}(?:\\.${PRE_RELEASE})*)?$`);
const LONGEST_TAG = 128;

/**
 * A version to publish: `v` and semver, as in `v1.2.3` or `v1.2.3-rc.1`.
 * @throws InputError
 */
export function parseReleaseVersion(text: string): string {
  if (text === "latest") {
    throw new InputError(
      "latest-version",
      `The version "latest" is for local use: it would name another image tomorrow. Give the release a version of its own, as in v1.2.3.`,
    );
  }
  return parseSemver(text);
}

/**
 * A version to build: a version to publish, or `latest`.
 * @throws InputError
 */
export function parseLocalVersion(text: string): string {
  return text === "latest" ? text : parseSemver(text);
}

function parseSemver(text: string): string {
  if (text.includes("+")) {
    throw new InputError(
      "bad-version",
      `The version ${JSON.stringify(text)} has build metadata, and an image tag can't hold a "+". Use a pre-release instead, as in v1.2.3-rc.1.`,
    );
  }
  if (!VERSION.test(text) || text.length > LONGEST_TAG) {
    throw new InputError(
      "bad-version",
      `The version ${JSON.stringify(text)} is not "v" and a semantic version of at most ${LONGEST_TAG} characters. Accepted: v1.2.3, v1.2.3-rc.1.`,
    );
  }
  return text;
}
