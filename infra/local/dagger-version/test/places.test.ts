import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { moveStatements, otherMentions, placesOf } from "../places.js";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const version = JSON.parse(readFileSync(join(root, "dagger.json"), "utf8")).engineVersion.replace(/^v/, "");

/** A git repository with some files, removed after the test. */
function repository(t: { after(work: () => void): void }, files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), "slipway-dagger-version-"));
  t.after(() => rmSync(folder, { recursive: true }));
  execFileSync("git", ["init", "-q", folder]);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

test("dagger.json states the version, and everything else states the same", () => {
  const places = placesOf(root);
  assert.deepEqual(
    places.filter((place) => place.version !== version),
    [],
  );
  const files = new Set(places.map(({ file }) => file));
  const expected = ["dagger.json", "package.json", "README.md", "docs/ci.md", ".github/actions/deploy/action.yml"];
  for (const file of [...expected, ".github/workflows/build-and-deploy.yaml", ".github/workflows/checks.yaml"]) {
    assert.ok(files.has(file), file);
  }
});

test("the version stands nowhere in a form that would not move with it", () => {
  assert.deepEqual(otherMentions(root, version), []);
});

test("the version is one of the tested engines", () => {
  const [, tried = ""] = /Engines that were tried: (.+)\.$/m.exec(readFileSync(join(root, "docs/ci.md"), "utf8")) ?? [];
  assert.ok(tried.split(", ").includes(version), `${version} is none of ${tried}`);
});

test("every place of a copy of this repository moves, and nothing else", (t) => {
  const files = new Set(placesOf(root).map(({ file }) => file));
  const copy = repository(t, {});
  for (const file of files) cpSync(join(root, file), join(copy, file));
  const before = placesOf(copy);
  assert.deepEqual(moveStatements(copy, "9.8.7-beta.1"), before);
  assert.deepEqual(
    placesOf(copy),
    before.map((place) => ({ ...place, version: "9.8.7-beta.1" })),
  );
  moveStatements(copy, version);
  for (const file of files)
    assert.equal(readFileSync(join(copy, file), "utf8"), readFileSync(join(root, file), "utf8"));
});

test("a place that was forgotten at another version is found and moved", (t) => {
  const workflow = `steps:\n  - uses: dagger/dagger-for-github@0123 # v8.4.1\n    with:\n      version: v0.20.1\n`;
  const copy = repository(t, {
    ".github/workflows/one.yaml": workflow,
    "dagger.json": '{ "engineVersion": "v0.21.8" }',
  });
  assert.deepEqual(
    placesOf(copy).map((place) => place.version),
    ["0.20.1", "0.21.8"],
  );
  moveStatements(copy, "0.21.9");
  assert.match(
    readFileSync(join(copy, ".github/workflows/one.yaml"), "utf8"),
    /# v8\.4\.1\n {4}with:\n {6}version: v0\.21\.9\n/,
  );
});

test("facts about a version, and other programs' versions, stay", (t) => {
  const facts = [
    "It ends with 2 on a terminal (tried with 0.21.8).",
    "https://github.com/dagger/dagger/blob/v0.21.8/engine/x.go",
    "Engines that were tried: 0.21.8.",
    '"tar-stream": "0.21.8"',
  ].join("\n");
  const copy = repository(t, { "page.md": facts, "CHANGELOG.md": "DAGGER_VERSION: 0.21.8\n" });
  assert.deepEqual(placesOf(copy), []);
  moveStatements(copy, "0.21.9");
  assert.equal(readFileSync(join(copy, "page.md"), "utf8"), facts);
});

test("a mention in another form is reported with its line", (t) => {
  const copy = repository(t, { "page.md": "Use Dagger v0.21.8 here.\nNot 10.21.8 or 0.21.80.\n" });
  assert.deepEqual(otherMentions(copy, "0.21.8"), ["page.md:1: Use Dagger v0.21.8 here."]);
});
