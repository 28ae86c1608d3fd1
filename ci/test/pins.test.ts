import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

const root = new URL("../../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), "utf8");
const json = (path: string) => JSON.parse(read(path));

const version: string = json("dagger.json").engineVersion.replace(/^v/, "");
const sdk = "@dagger.io/dagger";

for (const folder of ["", "ci/"]) {
  test(`${folder}package.json and its lock have the SDK in exactly the engine's version`, () => {
    assert.equal(json(`${folder}package.json`).devDependencies[sdk], version);
    assert.equal(json(`${folder}package-lock.json`).packages[`node_modules/${sdk}`].version, version);
  });
}

test("the workflows install the CLI in exactly the engine's version", () => {
  const workflows = readdirSync(new URL(".github/workflows/", root)).map((name) => read(`.github/workflows/${name}`));
  const pinned = workflows.flatMap((text) => [
    ...text.matchAll(/dagger-for-github@.*\n(?:.*\n){1,4}?\s+version: (\S+)/g),
  ]);
  assert.ok(pinned.length > 0);
  for (const [, found] of pinned) assert.equal(found, `v${version}`);
});

test("the engine's own SDK is used: the npm package is no dependency that would take its place", () => {
  assert.equal(json("ci/package.json").dependencies[sdk], undefined);
});

test("ci/ travels to the engine alone: neither its tsconfig nor a dependency points outside it", () => {
  const tsconfig = json("ci/tsconfig.json");
  assert.equal(tsconfig.extends, undefined);
  assert.deepEqual(
    Object.values<string[]>(tsconfig.compilerOptions.paths)
      .flat()
      .filter((path) => path.includes("..")),
    [],
  );
  assert.deepEqual(
    Object.values<string>(json("ci/package.json").dependencies).filter((range) => range.includes(":")),
    [],
  );
});

test("TypeScript is a range in ci/, because an exact version collides with the engine's own", () => {
  assert.match(json("ci/package.json").devDependencies.typescript, /^\^5\./);
});

test("no source loads a package of the AWS SDK when it is imported: a refused call needs none", () => {
  const sources = readdirSync(new URL("ci/src/", root), { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".ts"),
  );
  const loading = sources.filter((name) => /^import (?!type )[^;]*from "@aws-sdk/m.test(read(`ci/src/${name}`)));
  assert.deepEqual(loading, []);
});
