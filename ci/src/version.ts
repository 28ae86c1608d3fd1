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

/**
 * Compares two versions by the precedence of https://semver.org/#spec-item-11: numbers as numbers, and a pre-release before its release.
 * @param a `v` and a semantic version; the `v` may be missing, and build metadata does not count.
 * @returns A negative number where `a` is the older one; undefined where one of them is not a semantic version.
 */
export function compareVersions(a: string, b: string): number | undefined {
  const [left, right] = [partsOf(a), partsOf(b)];
  if (!left || !right) return undefined;
  const order = firstDifference(left.core, right.core);
  if (order !== 0) return order;
  if (left.preRelease.length === 0 || right.preRelease.length === 0) {
    return right.preRelease.length - left.preRelease.length;
  }
  return firstDifference(left.preRelease, right.preRelease);
}

function partsOf(text: string): { core: string[]; preRelease: string[] } | undefined {
  const version = `v${text.replace(/^v/, "").replace(/\+[0-9A-Za-z.-]+$/, "")}`;
  if (!VERSION.test(version)) return undefined;
  const [, core = "", preRelease] = /^v([\d.]+)(?:-(.*))?$/.exec(version) ?? [];
  return { core: core.split("."), preRelease: preRelease?.split(".") ?? [] };
}

/** Numbers are lower than texts, and a list that ends first is the lower one. */
function firstDifference(a: readonly string[], b: readonly string[]): number {
  for (const [index, left] of a.entries()) {
    const right = b[index];
    if (right === undefined) return 1;
    const [isLeftNumber, isRightNumber] = [/^\d+$/.test(left), /^\d+$/.test(right)];
    if (isLeftNumber !== isRightNumber) return isLeftNumber ? -1 : 1;
    // Numbers may be longer than 53 bits: the longer one is the larger, as they have no leading zeros.
    if (isLeftNumber && left.length !== right.length) return left.length - right.length;
    if (left !== right) return left < right ? -1 : 1;
  }
  return a.length - b.length;
}
