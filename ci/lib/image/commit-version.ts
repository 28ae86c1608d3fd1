import type { GitRepository } from "@dagger.io/dagger";
import { parseReleaseVersion } from "../config/version.js";

/** Digits of a commit's id in a version: as many as hold it apart from others in the largest repositories. */
const SHORT = 12;
/** At most so many tags are looked up, the newest names first: each costs a call. */
const MOST_TAGS = 50;

/**
 * Names a release by its commit: by the commit's tag, or else by the first 12 digits of its id.
 * @returns Of several tags the highest, numbers compared as numbers: `v1.10.0` before `v1.9.0`.
 */
export async function commitVersion(repository: GitRepository): Promise<string> {
  const [commit, names] = await Promise.all([repository.head().commit(), repository.tags().catch((): string[] => [])]);
  const candidates = names.map((name) => name.replace(/^refs\/tags\//, "")).filter(isVersion);
  const sorted = candidates.sort((a, b) => b.localeCompare(a, "en", { numeric: true })).slice(0, MOST_TAGS);
  const commits = await Promise.all(
    sorted.map((name) =>
      repository
        .tag(name)
        .commit()
        .catch(() => undefined),
    ),
  );
  return sorted[commits.indexOf(commit)] ?? commit.slice(0, SHORT);
}

function isVersion(tag: string): boolean {
  try {
    return parseReleaseVersion(tag) === tag;
  } catch {
    return false;
  }
}
