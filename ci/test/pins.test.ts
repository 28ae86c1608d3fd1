import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

const root = new URL("../../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), "utf8");
const json = (path: string) => JSON.parse(read(path));

const version: string = json("dagger.json").engineVersion.replace(/^v/, "");
const sdk = "@dagger.io/dagger";

test("package.json and its lock have the SDK in exactly the engine's version", () => {
  assert.equal(json("package.json").devDependencies[sdk], version);
  assert.equal(json("package-lock.json").packages[`node_modules/${sdk}`].version, version);
});

test("the workflows install the CLI in exactly the engine's version", () => {
  const workflows = readdirSync(new URL(".github/workflows/", root)).map((name) => read(`.github/workflows/${name}`));
  const pinned = workflows.flatMap((text) => [
    ...text.matchAll(/dagger-for-github@.*\n(?:.*\n){1,4}?\s+version: (\S+)/g),
  ]);
  assert.ok(pinned.length > 0);
  for (const [, found] of pinned) assert.equal(found, `v${version}`);
});

test("the engine's own SDK is used: the npm package is no dependency that would take its place", () => {
  const { dependencies, devDependencies } = json("ci/package.json");
  assert.equal({ ...dependencies, ...devDependencies }[sdk], undefined);
});

test("`dagger develop` finds nothing to write: the files that it completes are complete", () => {
  // https://github.com/dagger/dagger/blob/v0.21.8/sdk/typescript/runtime/tsutils/package_json_updator.go
  assert.ok(json("ci/package.json").dependencies.typescript);
  assert.equal(json("ci/package.json").type, "module");
  // https://github.com/dagger/dagger/blob/v0.21.8/core/modules/config.go writes the members in this order, each list item on a line.
  const { name, engineVersion, sdk, include, source } = json("dagger.json");
  const written = { name, engineVersion, sdk, include, source };
  assert.equal(read("dagger.json"), `${JSON.stringify(written, null, 2)}\n`);
  const ignored = ["/sdk", "/**/node_modules/**", "/**/.pnpm-store/**", "/.env"];
  assert.deepEqual(read("ci/.gitignore").trimEnd().split("\n"), ignored);
  assert.equal(read("ci/.gitattributes"), "/sdk/** linguist-generated\n");
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
  assert.match(json("ci/package.json").dependencies.typescript, /^\^5\./);
});

test("no source loads a package of the AWS SDK when it is imported: a refused call needs none", () => {
  const sources = readdirSync(new URL("ci/lib/", root), { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".ts"),
  );
  const loading = sources.filter((name) => /^import (?!type )[^;]*from "@aws-sdk/m.test(read(`ci/lib/${name}`)));
  assert.deepEqual(loading, []);
});
