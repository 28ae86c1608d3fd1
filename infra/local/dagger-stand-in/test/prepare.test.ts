import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { prepareCode } from "../module/prepare.js";
import { findModule } from "../module/source.js";
import { type TestModule, testModule } from "./support/module.js";

const source = `import { func, object } from "@dagger.io/dagger";
import { word } from "./word.js";
@object()
export class Trial {
  @func() async where(): Promise<string> { return (await import("./where.js")).here(); }
  @func() trace(): string { return new Error(word).stack ?? ""; }
}
`;

let module: TestModule;
before(async () => {
  module = await testModule(source);
  await module.write({
    "ci/src/word.ts": 'export const word: string = "first";\n',
    "ci/src/where.ts": "export const here = () => import.meta.url;\n",
  });
});
after(() => module.remove());

const prepared = () => prepareCode(module.standIn.store, findModule(module.path));

test("a prepared function has its sources' lines in a stack, and its file's own URL", async () => {
  const code = await prepared();
  assert.deepEqual(
    readdirSync(code?.sources ?? "").filter((name) => name === "index.mjs"),
    ["index.mjs"],
  );
  const { stdout } = await module.call(["trace"]);
  assert.match(stdout, /^Error: first\n {4}at Trial\.trace \(/);
  assert.ok(stdout.includes(`(${join(module.path, "ci/src/index.ts")}:6:`), stdout);
  const url = pathToFileURL(join(module.path, "ci/src/where.ts")).href;
  assert.equal((await module.call(["where"])).stdout, url);
});

test("a changed source is prepared again", async () => {
  const before = await prepared();
  await module.write({ "ci/src/word.ts": 'export const word: string = "second";\n' });
  assert.match((await module.call(["trace"])).stdout, /^Error: second\n/);
  const now = await prepared();
  assert.equal(now?.sdk, before?.sdk);
  assert.notEqual(now?.sources, before?.sources);
});

test("no process is started ahead of a call that is the last", async () => {
  const { standIn } = module as unknown as { standIn: { spare: unknown } };
  await module.call(["where"]);
  assert.ok(standIn.spare);
  await module.write({ "ci/src/word.ts": 'export const word: string = "third";\n' });
  await module.call(["trace"], { isLast: true });
  assert.equal(standIn.spare, undefined);
});

test("sources that import another kind of file run as they are", async () => {
  await module.write({ "ci/src/word.ts": 'import data from "./word.json";\nexport const { word } = data;\n' });
  await module.write({ "ci/src/word.json": '{ "word": "of JSON" }\n' });
  assert.equal(await prepared(), undefined);
  assert.match((await module.call(["trace"])).stdout, /^Error: of JSON\n/);
});
