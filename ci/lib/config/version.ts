import { InputError } from "../common/errors.js";
import type { TargetFile } from "./target.js";

// https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const ACCEPTED =
  "Accepted: an image tag that never moves: a semantic version (v1.2.3), a commit's SHA, a date (2026-11-26), a build number.";

// https://semver.org, without build metadata.
const NUMBER = "(?:0|[1-9]\\d*)";
const PRE_RELEASE = `(?:${NUMBER}|\\d*[a-zA-Z-][0-9a-zA-Z-]*)`;
const SEMVER = new RegExp(`^v${NUMBER}\\.${NUMBER}\\.${NUMBER}(?:-${PRE_RELEASE}(?:\\.${PRE_RELEASE})*)?$`);

/** Names that teams give to tags which move: a release that had one would be another image tomorrow. */
const MOVING = new Set(
  "latest stable main master trunk head dev develop development edge nightly next current canary test testing staging stage qa prod production release lts".split(
    " ",
  ),
);

/**
 * Reads a version to publish: any image tag that does not move, such as `v1.2.3`, `20261126.4` or `9f3c2ab`.
 * @throws InputError
 */
export function parseReleaseVersion(text: string): string {
  const version = parseTag(text);
  if (!isMoving(version)) return version;
  throw new InputError(
    version === "latest" ? "latest-version" : "moving-version",
    `The version "${version}" names a tag that moves, so it would name another image tomorrow. ${ACCEPTED}`,
  );
}

/** Returns true for a tag that teams move, such as `latest`: it names no version. */
export function isMoving(tag: string): boolean {
  return MOVING.has(tag.toLowerCase());
}

/**
 * Reads a version to build for this machine: any image tag.
 * @throws InputError
 */
export function parseLocalVersion(text: string): string {
  return parseTag(text);
}

function parseTag(text: string): string {
  if (TAG.test(text)) return text;
  const plus = text.includes("+") ? ' An image tag can\'t hold the "+" of build metadata: use a "-".' : "";
  const shown = text.length > 140 ? `${text.slice(0, 140)}…` : text;
  throw new InputError(
    "bad-version",
    `The version ${JSON.stringify(shown)} is no image tag of 1 to 128 letters, digits, ".", "_" and "-".${plus} ${ACCEPTED}`,
  );
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
  if (!SEMVER.test(version)) return undefined;
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

/** The name of the variable that carries the version; false where none does. */
export type VersionVariable = string | false;

/** The variable that carries the version, where the target names none. */
export const usualVariable = "VERSION";

export function variableOf({ versionVariable = usualVariable }: Pick<TargetFile, "versionVariable">): VersionVariable {
  return versionVariable;
}
