import assert from "node:assert/strict";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { testModule } from "../dagger-stand-in/test/support/module.js";
import { bareCheckout } from "./support/bare-checkout.js";
import { temporary } from "./support/checkout.js";
import { run } from "./support/command.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** A directory such as /tmp, in which another user has made the directories that compiled code is usually kept in. */
async function sharedDirectory(t: TestContext) {
  const path = await temporary(t);
  const caches = [`tsx-${process.geteuid?.()}`, "tsx", "node-compile-cache"];
  for (const name of caches) await mkdir(join(path, name));
  return {
    env: { TMPDIR: path },
    entries: async () => (await readdir(path, { recursive: true })).sort(),
    expected: caches.sort(),
  };
}

test("a command and the processes that it starts keep no compiled code in the shared temporary directory", async (t) => {
  const shared = await sharedDirectory(t);
  const simulated = run(["simulate", "--seeds", "2"], { cwd: root, env: shared.env });
  assert.equal((await simulated.ended).exitCode, 0);
  assert.deepEqual(await shared.entries(), shared.expected);
});

test("a module's process keeps no compiled code in the shared temporary directory", async (t) => {
  const shared = await sharedDirectory(t);
  const module = await testModule(`import { func, object } from "@dagger.io/dagger";
@object()
export class Trial {
  @func()
  greet(): string {
    return "hello";
  }
}
`);
  t.after(() => module.remove());
  const env = { ...shared.env, XDG_CACHE_HOME: join(module.path, "cache") };
  const { exitCode, output } = await run(["call", "greet"], { cwd: module.path, env }).ended;
  assert.equal(exitCode, 0, output);
  assert.deepEqual(await shared.entries(), shared.expected);
});

test("npm and the type check are started without Node.js's shared cache of compiled code", async (t) => {
  const print = "console.error('disabled:', process.env.NODE_DISABLE_COMPILE_CACHE); process.exit(1);";
  const { start } = await bareCheckout(t, print);
  assert.match((await start("aws")).stderr, /^disabled: 1$/m);
  const { scripts } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  assert.match(scripts.typecheck, /^export NODE_DISABLE_COMPILE_CACHE=1; /);
});

test("the TypeScript loader is registered in one file, which switches its cache off", async () => {
  const rooms = ["bench", "ci/lib", "ci/src", "ci/test", "infra"];
  const files = (await Promise.all(rooms.map((room) => readdir(join(root, room), { recursive: true }))))
    .flatMap((names, index) => names.map((name) => join(rooms[index] ?? "", name)))
    .filter((name) => /\.m?[jt]s$/.test(name) && !name.includes("node_modules"));
  const loading = [];
  for (const name of files) {
    if (/(from |import\(|resolve\(|--import", )["']tsx\b/.test(await readFile(join(root, name), "utf8")))
      loading.push(name);
  }
  assert.deepEqual(loading, ["infra/local/typescript.mjs"]);
});
