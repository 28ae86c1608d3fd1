import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { inputDigest, type Recipe, readInputFiles } from "../../lib/image/input-digest.js";

const recipe: Recipe = {
  platform: "linux/amd64",
  dockerfile: "FROM scratch\n",
  stage: "",
  args: { A: "1", B: "2" },
};
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "input-digest-"));
  write("app.py", "print(1)\n");
  write("lib/util.py", "x = 1\n");
});
afterEach(() => rmSync(root, { recursive: true }));

function write(path: string, content: string): void {
  mkdirSync(join(root, path, ".."), { recursive: true });
  writeFileSync(join(root, path), content);
}

async function digest(of = recipe): Promise<string> {
  return inputDigest(await readInputFiles(root), of);
}

test("the digest is the same for modes 644, 664 and 600", async () => {
  const digests = new Set<string>();
  for (const mode of [0o644, 0o664, 0o600]) {
    chmodSync(join(root, "app.py"), mode);
    digests.add(await digest());
  }
  assert.equal(digests.size, 1);
});

test("the digest does not depend on the order in which files are found", async () => {
  const files = await readInputFiles(root);
  assert.equal(inputDigest(files.toReversed(), recipe), inputDigest(files, recipe));
});

test("the digest is the one that this tree has had on every machine", async () => {
  assert.equal(await digest(), "sha256:9c951f76f17dfac7c59c3287b4157a8c3f544a1db8e5ee226b514e0903ffe03f");
});

const changes: [string, () => void][] = [
  ["a file's content", () => write("app.py", "print(2)\n")],
  ["a file's name", () => write("other.py", "")],
  ["the executable bit", () => chmodSync(join(root, "app.py"), 0o755)],
  [
    "a link in place of a file",
    () => {
      rmSync(join(root, "app.py"));
      symlinkSync("print(1)\n", join(root, "app.py"));
    },
  ],
];

for (const [what, change] of changes) {
  test(`${what} changes the digest`, async () => {
    const before = await digest();
    change();
    assert.notEqual(await digest(), before);
  });
}

test("everything that decides the image changes the digest", async () => {
  const before = await digest();
  const others: Partial<Recipe>[] = [
    { platform: "linux/arm64" },
    { dockerfile: "FROM scratch\nENV A=1\n" },
    { stage: "slim" },
    { args: { A: "1", B: "3" } },
  ];
  for (const other of others) assert.notEqual(await digest({ ...recipe, ...other }), before, JSON.stringify(other));
});

test("the order of build arguments does not change the digest", async () => {
  assert.equal(await digest({ ...recipe, args: { B: "2", A: "1" } }), await digest());
});

test("a boundary moved between two files changes the digest", () => {
  const file = (path: string, text: string) => ({ path, kind: "file" as const, content: Buffer.from(text) });
  assert.notEqual(
    inputDigest([file("a", "bc"), file("d", "")], recipe),
    inputDigest([file("a", "b"), file("d", "c")], recipe),
  );
});
