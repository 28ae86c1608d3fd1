import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A line that states Dagger's version. */
export interface Place {
  /** Relative to the repository. */
  file: string;
  /** From 1 on. */
  line: number;
  /** Without `v`. */
  version: string;
}

/** Patterns of statements of the version, up to the version. */
const statements = [
  // dagger.json, and modules of tests.
  /"?engineVersion"?: "v/,
  /"@dagger\.io\/dagger": "/,
  // Workflows: the input of dagger-for-github, which stands nowhere else beside an action's SHA.
  /^\s+version: v/,
  // Pipelines, and where the CLI is installed by its script.
  /DAGGER_VERSION\b(?:: ?| ?= ?)["']?v?/,
  // Pages.
  /Dagger CLI(?:\*\*|\]\([^)]*\))?,? (?:version )?v?/,
];
const version = /\d+\.\d+\.\d+(?:-\w+(?:\.\w+)*)?/;
const stated = new RegExp(
  `(${statements.map(({ source }) => `(?:${source})`).join("|")})(${version.source})(?![\\w.]*\\w)`,
);

/** Lines that record an observation with a version, or link to its source: they do not change with it. */
const facts = /\btried\b|\bsuch as\b|\/blob\/v/i;
/** Files of facts, locks, which npm writes, and tests, whose versions are made up. */
const leftAlone = /(^|\/)(package-lock\.json|CHANGELOG\.md|[^/]*\.test\.ts)$|^docs\/evidence\.md$/;

/** Returns every statement of Dagger's version in the tracked text files of a repository. */
export function placesOf(root: string): Place[] {
  return linesOf(root).flatMap(({ file, line, text }) => {
    const found = statementIn(text);
    return found ? [{ file, line, version: found }] : [];
  });
}

/** Returns lines that have the version in another form than a known statement: they would not move with it. */
export function otherMentions(root: string, wanted: string): string[] {
  const mention = new RegExp(`(?<![\\w.])v?${wanted.replaceAll(".", "\\.")}(?![\\w.]*\\w)`);
  return linesOf(root).flatMap(({ file, line, text }) =>
    mention.test(text) && !statementIn(text) && !facts.test(text) ? [`${file}:${line}: ${text.trim()}`] : [],
  );
}

/** Writes another version at every statement. @returns The places, with the version that was there. */
export function moveStatements(root: string, wanted: string): Place[] {
  const places = placesOf(root);
  for (const file of new Set(places.map((place) => place.file))) {
    const lines = readFileSync(join(root, file), "utf8").split("\n");
    const moved = lines.map((text) => (statementIn(text) ? text.replace(stated, `$1${wanted}`) : text));
    writeFileSync(join(root, file), moved.join("\n"));
  }
  return places;
}

function statementIn(text: string): string | undefined {
  return facts.test(text) ? undefined : stated.exec(text)?.at(-1);
}

function linesOf(root: string): { file: string; line: number; text: string }[] {
  const tracked = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  const files = tracked
    .split("\0")
    .filter((file) => /\.(json|ya?ml|md|ts|mts|mjs|js|sh|tf)$|(^|\/)(Dockerfile|Jenkinsfile)$/.test(file));
  return files.flatMap((file) => {
    if (leftAlone.test(file)) return [];
    const lines = readFileSync(join(root, file), "utf8").split("\n");
    return lines.map((text, index) => ({ file, line: index + 1, text }));
  });
}
