import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

interface Lock {
  packages: Record<string, { optionalDependencies?: Record<string, string>; integrity?: string; resolved?: string }>;
}

for (const lock of ["package-lock.json", "ci/package-lock.json"]) {
  const { packages } = JSON.parse(readFileSync(new URL(`../../${lock}`, import.meta.url), "utf8")) as Lock;

  // `npm install` on one machine can leave out what other platforms need, and `npm ci` then refuses the lock on every machine.
  test(`${lock} has every platform's variant of each package`, () => {
    const optional = Object.entries(packages).flatMap(([path, entry]) =>
      path === "" ? [] : Object.keys(entry.optionalDependencies ?? {}),
    );
    const present = Object.keys(packages);
    const missing = optional.filter((name) => !present.some((path) => path.endsWith(`node_modules/${name}`)));
    assert.deepEqual(missing, []);
  });

  test(`${lock} names no registry, so that each machine uses its own`, () => {
    const resolved = Object.values(packages).flatMap((entry) => entry.resolved ?? []);
    assert.deepEqual(resolved, []);
  });

  // npm installs an entry without a hash unchecked: https://docs.npmjs.com/cli/v11/configuring-npm/package-lock-json#packages
  test(`${lock} has a SHA-512 hash for every package`, () => {
    const unchecked = Object.entries(packages).filter(
      ([path, entry]) => path !== "" && !/^sha512-[A-Za-z0-9+/]{86}==$/.test(entry.integrity ?? ""),
    );
    assert.deepEqual(
      unchecked.map(([path]) => path),
      [],
    );
  });
}
