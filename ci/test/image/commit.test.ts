import assert from "node:assert/strict";
import { test } from "node:test";
import { commitVersion } from "../../lib/image/commit.js";

const head = "c0ffee0123456789abcdef0123456789abcdef01";
const other = "d".repeat(40);

/** A repository as the engine returns it, with its tags by name. */
function repository(tags: Record<string, string>) {
  return {
    head: () => ({ commit: async () => head }),
    tags: async () => Object.keys(tags).map((name) => `refs/tags/${name}`),
    tag: (name: string) => ({ commit: async () => tags[name] }),
  } as never;
}

test("a release is named by its commit's tag", async () => {
  assert.equal(await commitVersion(repository({ "v1.0.0": other, "v1.1.0": head })), "v1.1.0");
});

test("of several tags of the commit the highest names it, and one that moves never does", async () => {
  assert.equal(await commitVersion(repository({ "v1.9.0": head, "v1.10.0": head, latest: head })), "v1.10.0");
});

test("a commit without a tag is named by its id", async () => {
  assert.equal(await commitVersion(repository({ "v1.0.0": other, "release/7": head })), "c0ffee012345");
});
