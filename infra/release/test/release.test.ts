import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { notesOf, sectionsOf } from "../notes.mjs";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const read = (path: string) => readFileSync(join(root, path), "utf8");
const { version } = JSON.parse(read("package.json")) as { version: string };

test("package.json, its lock and the newest section of the changelog have one version", () => {
  const lock = JSON.parse(read("package-lock.json"));
  assert.deepEqual([lock.version, lock.packages[""].version], [version, version]);
  assert.equal(sectionsOf(read("CHANGELOG.md"))[0]?.version, version);
});

test("the changelog's versions descend, each once", () => {
  const versions = sectionsOf(read("CHANGELOG.md")).map((one) => one.version);
  const sorted = versions.toSorted((one, other) => other.localeCompare(one, "en", { numeric: true }));
  assert.deepEqual(versions, [...new Set(sorted)]);
});

test("every address of the module on a page and in an example has the version", () => {
  const files = execFileSync("git", ["ls-files", "*.md", "examples"], { cwd: root, encoding: "utf8" })
    .trim()
    .split("\n");
  const found = files.flatMap((file) => {
    const text = existsSync(join(root, file)) ? read(file) : "";
    const addresses = [...text.matchAll(/OWNER\/slipway(?:\/[\w./-]+)?@(?:[0-9a-f]{40} # )?v([\w.-]*\w)/g)];
    return addresses.map(([, at]) => ({ file, at }));
  });
  assert.ok(found.length > 5);
  assert.deepEqual(
    found.filter(({ at }) => at !== version),
    [],
  );
});

const changelog =
  "# Changelog\n\n## 1.3.0 (unreleased)\n\n- New.\n\n## 1.2.0 (2026-01-31)\n\n- Old.\n- Older.\n\n## 1.1.0 (2026-01-30)\n";

test("a release's notes are its section of the changelog", () => {
  assert.equal(notesOf("v1.2.0", { changelog, packageVersion: "1.2.0" }), "- Old.\n- Older.\n");
});

test("a tag that the repository does not have as a dated version is refused, with the next step", () => {
  const wrong: [string, string, RegExp][] = [
    ["1.2.0", "1.2.0", /"1\.2\.0" is no tag of a release\. Accepted: v1\.2\.3/],
    ["v1.2.0-rc.1", "1.2.0", /is no tag of a release/],
    ["v1.2.0", "1.3.0", /The tag is v1\.2\.0 and package\.json has 1\.3\.0/],
    ["v1.3.0", "1.3.0", /has 1\.3\.0 as unreleased\. Put the date into its heading/],
    ["v1.1.0", "1.1.0", /without a text/],
    ["v9.0.0", "9.0.0", /has no section 9\.0\.0/],
  ];
  for (const [tag, packageVersion, message] of wrong) {
    assert.throws(() => notesOf(tag, { changelog, packageVersion }), message);
  }
  assert.throws(() => sectionsOf("## Unreleased\n"), /has the heading "Unreleased"/);
});

test("the command ends with exit code 2 for a tag that is none", () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, "infra/release/notes.mjs"), "main"], {
    encoding: "utf8",
  });
  assert.deepEqual([status, stdout], [2, ""]);
  assert.match(stderr, /"main" is no tag of a release/);
});

interface Job {
  needs?: string;
  permissions: Record<string, string>;
  steps: { name?: string; run?: string }[];
}

test("the consumer is a repository of its own that calls the module at the tag, by its address and as a toolchain", () => {
  const { jobs } = parse(read(".github/workflows/release.yaml")) as { jobs: Record<string, Job> };
  assert.equal(jobs.publish?.needs, "consumer");
  assert.deepEqual(
    [jobs.consumer?.permissions, jobs.publish?.permissions],
    [{ contents: "read" }, { contents: "write" }],
  );
  const temp = mkdtempSync(join(tmpdir(), "slipway-consumer-"));
  try {
    const log = join(temp, "log");
    writeFileSync(join(temp, "dagger"), `#!/bin/sh\necho "$PWD $(git rev-parse --show-toplevel) $*" >>"${log}"\n`, {
      mode: 0o755,
    });
    const env = {
      PATH: `${temp}${delimiter}${process.env.PATH}`,
      ...{ RUNNER_TEMP: temp, GITHUB_REPOSITORY: "owner/slipway", GITHUB_REF_NAME: `v${version}` },
    };
    for (const { name, run } of jobs.consumer?.steps ?? []) {
      // An unreleased version is refused by this step: the tests of its script are above.
      if (!run || name?.startsWith("Check the tag")) continue;
      execFileSync("bash", ["--noprofile", "--norc", "-e", "-o", "pipefail", "-c", run], { cwd: root, env });
    }
    const consumer = join(temp, "consumer");
    const address = `github.com/owner/slipway@v${version}`;
    const calls = [`-m ${address} call test`, "init", `toolchain install ${address}`, "call slipway test"];
    assert.deepEqual(
      readFileSync(log, "utf8").trim().split("\n"),
      calls.map((words) => `${consumer} ${consumer} ${words}`),
    );
    assert.ok(readdirSync(consumer).includes("Dockerfile"));
    assert.ok(!readdirSync(consumer).includes("ci"));
  } finally {
    rmSync(temp, { recursive: true });
  }
});
