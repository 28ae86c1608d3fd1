/** `node infra/release/notes.mjs v1.2.3`: prints the changelog's section of a version that can be released. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** A tag that is not to be released as it is. */
export class ReleaseMistake extends Error {}

/** @typedef {{ version: string, state: string, text: string }} Section `state`: a date, `unreleased` or `not tagged`. */

/**
 * Returns the changelog's sections, the newest first.
 *
 * @param {string} changelog
 * @returns {Section[]}
 * @throws {ReleaseMistake} A heading that is no `## 1.2.3 (2026-01-31)`.
 */
export function sectionsOf(changelog) {
  const [, ...sections] = changelog.split(/^## /m);
  return sections.map((section) => {
    const [heading = "", ...lines] = section.split("\n");
    const [, version, state] = /^(\d+\.\d+\.\d+) \((\d{4}-\d\d-\d\d|unreleased|not tagged)\)$/.exec(heading) ?? [];
    if (version && state) return { version, state, text: lines.join("\n").trim() };
    throw new ReleaseMistake(
      `CHANGELOG.md has the heading ${JSON.stringify(heading)}. Accepted: 1.2.3 (2026-01-31) or 1.2.3 (unreleased).`,
    );
  });
}

/**
 * Returns a version's section.
 *
 * @param {string} tag
 * @param {{ changelog: string, packageVersion: string }} repository
 * @throws {ReleaseMistake} A tag that the package or the changelog does not have.
 */
export function notesOf(tag, { changelog, packageVersion }) {
  const version = /^v(\d+\.\d+\.\d+)$/.exec(tag)?.[1];
  if (!version) throw new ReleaseMistake(`${JSON.stringify(tag)} is no tag of a release. Accepted: v1.2.3.`);
  if (version !== packageVersion) {
    throw new ReleaseMistake(
      `The tag is ${tag} and package.json has ${packageVersion}. Tag the commit that has the version.`,
    );
  }
  const section = sectionsOf(changelog).find((one) => one.version === version);
  if (!section) throw new ReleaseMistake(`CHANGELOG.md has no section ${version}.`);
  if (/^\d/.test(section.state) && section.text !== "") return `${section.text}\n`;
  throw new ReleaseMistake(
    `CHANGELOG.md has ${version} as ${section.state}${section.text === "" ? ", without a text" : ""}. Put the date into its heading, commit, and tag that.`,
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const read = (/** @type {string} */ path) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
  try {
    const packageVersion = JSON.parse(read("package.json")).version;
    process.stdout.write(notesOf(process.argv[2] ?? "", { changelog: read("CHANGELOG.md"), packageVersion }));
  } catch (error) {
    if (!(error instanceof ReleaseMistake)) throw error;
    console.error(error.message);
    process.exitCode = 2;
  }
}
