import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parse } from "yaml";

const read = (path: string) => readFileSync(new URL(`../../../../${path}`, import.meta.url), "utf8");
const page = read("docs/ci.md");
/** Code blocks by the headings above them, without those for GitHub, which the linters check. */
const blocks = [...page.matchAll(/^## (.+)$([\s\S]*?)(?=^## |(?![\s\S]))/gm)].flatMap(([, heading = "", text = ""]) =>
  [...text.matchAll(/^```(yaml|groovy)\n([\s\S]*?)^```$/gm)].map(([, language, code = ""]) => ({
    heading,
    language,
    code,
  })),
);
const systems = blocks.filter(({ heading }) => heading !== "GitHub");
const version = JSON.parse(read("dagger.json")).engineVersion.replace(/^v/, "");

test("the page has one pipeline for each system", () => {
  assert.deepEqual(
    systems.map(({ heading }) => heading),
    ["GitLab CI", "CircleCI", "Jenkins", "Buildkite"],
  );
});

test("each pipeline makes the page's one line, with the CLI in the engine's version, and starts from one branch", () => {
  const [line = ""] = /^dagger -m .* call deploy$/m.exec(page) ?? [];
  const words = line.replace(/^dagger /, "");
  assert.notEqual(words, "");
  for (const { heading, code } of systems) {
    assert.ok(code.includes(words), heading);
    assert.match(code, new RegExp(`DAGGER_VERSION(: | = ')${version.replaceAll(".", "\\.")}\\b`), heading);
    if (heading !== "Jenkins") assert.match(code, /\bmain\b|CI_DEFAULT_BRANCH/, heading);
  }
});

test("each pipeline lets one deploy run at a time", () => {
  const keys = { "GitLab CI": "resource_group:", CircleCI: "serial-group:", Jenkins: "disableConcurrentBuilds" };
  for (const { heading, code } of systems) {
    assert.ok(code.includes({ ...keys, Buildkite: "concurrency: 1\n" }[heading] ?? "none"), heading);
  }
});

test("the pipelines in YAML parse, and a secret stands in none of them", () => {
  for (const { heading, language, code } of blocks) {
    assert.doesNotMatch(code, /AKIA|SECRET|PASSWORD/, heading);
    if (language === "yaml") assert.ok(parse(code), heading);
  }
  const [, circle] = systems;
  const { jobs, workflows } = parse(circle?.code ?? "");
  assert.deepEqual(Object.keys(workflows.deploy.jobs[0]), Object.keys(jobs));
});

test("in the pipeline of Buildkite no variable is left to the upload", () => {
  assert.doesNotMatch(systems.at(-1)?.code.replaceAll("$$", "") ?? "", /\$/);
});

test("each flag of Slipway on the page exists", () => {
  const source = read("ci/src/index.ts");
  const flags = [...page.matchAll(/`(?:plan|deploy|publish) [^`]*`/g)].flatMap(([text]) =>
    [...text.matchAll(/--([a-z-]+)/g)].map(([, name = ""]) => name),
  );
  assert.ok(flags.length > 3);
  for (const flag of new Set(flags)) {
    const name = flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
    assert.match(source, new RegExp(`@param ${name} `), flag);
  }
});
