import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { type TestModule, testModule } from "./support/module.js";

const source = `import { argument, type Directory, func, object, type Workspace } from "@dagger.io/dagger";

@object()
export class Trial {
  @func()
  greeting: string;

  /** @param greeting The greeting */
  constructor(greeting = "hello") {
    this.greeting = greeting;
  }

  @func()
  greet(name: string): string {
    return this.greeting + " " + name;
  }

  @func({ cache: "never" })
  async list(@argument({ defaultPath: "/files" }) files: Directory): Promise<string> {
    return (await files.entries()).join(" ");
  }

  @func({ cache: "never" })
  async mine(workspace: Workspace): Promise<string> {
    return (await workspace.directory("/files").entries()).join(" ");
  }
}
`;

let module: TestModule;
let shop: string;

before(async () => {
  module = await testModule(source);
  await module.write({ "files/of-the-module.txt": "" });
});
beforeEach(async () => {
  shop = await mkdtemp(join(tmpdir(), "slipway-shop-"));
  await install({});
  await write({ ".git/HEAD": "", "files/of-the-shop.txt": "" });
});
after(async () => {
  await module.remove();
});

async function write(files: Record<string, string>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(shop, name)), { recursive: true });
    await writeFile(join(shop, name), content);
  }
}

/** As `dagger init` and `dagger toolchain install` leave it. */
async function install(entry: object): Promise<void> {
  const toolchains = [{ name: "trial", source: relative(shop, module.path), ...entry }];
  await write({ "dagger.json": JSON.stringify({ name: "shop", engineVersion: "v0.21.8", toolchains }) });
}

async function answer(args: string[], cwd = shop): Promise<string> {
  const { exitCode, stdout, stderr } = await module.call(args, { cwd });
  assert.equal(exitCode, 0, stderr);
  return stdout;
}

async function refusal(args: string[]): Promise<string> {
  const { exitCode, stderr } = await module.call(args, { cwd: shop });
  assert.equal(exitCode, 1, stderr);
  return stderr;
}

test("a toolchain is called by its name, and the flags of its constructor stand after that", async () => {
  assert.equal(await answer(["trial", "greet", "--name", "Ada"]), "hello Ada");
  assert.equal(await answer(["trial", "--greeting", "salut", "greet", "--name", "Ada"]), "salut Ada");
  assert.match(await refusal(["--greeting=salut", "trial", "greet", "--name", "Ada"]), /unknown flag: --greeting/);
});

test("a toolchain's default paths and its workspace are those of the repository that has installed it", async () => {
  assert.equal(await answer(["trial", "list"]), "of-the-shop.txt");
  assert.equal(await answer(["trial", "mine"]), "of-the-shop.txt");
  assert.equal(await answer(["-m", module.path, "mine"]), "of-the-shop.txt");
  assert.equal(await answer(["-m", module.path, "list"]), "of-the-module.txt");
});

test("defaults of the user's .env have the toolchain's name in front, and paths in it are relative to it", async () => {
  await write({
    ".env": "TRIAL_GREETING=bonjour\nTRIAL_LIST_FILES=./other\nGREETING=no\n",
    "other/a.txt": "",
    "sub/x": "",
  });
  assert.equal(await answer(["trial", "greet", "--name", "Ada"]), "bonjour Ada");
  assert.equal(await answer(["trial", "list"], join(shop, "sub")), "a.txt");
});

test("a toolchain that is installed by another name is called by that, and takes defaults of both names", async () => {
  await install({ name: "ship-it" });
  await write({ ".env": "TRIAL_GREETING=bonjour\n" });
  assert.equal(await answer(["ship-it", "greet", "--name", "Ada"]), "bonjour Ada");
  await write({ ".env": "SHIP_IT_GREETING=salut\nTRIAL_GREETING=bonjour\n" });
  assert.equal(await answer(["ship-it", "greet", "--name", "Ada"]), "salut Ada");
});

test("customizations of dagger.json set the defaults of the constructor's arguments and of a function's", async () => {
  await install({
    customizations: [
      { argument: "greeting", default: "hola" },
      { function: ["list"], argument: "files", defaultPath: "./other" },
    ],
  });
  await write({ "other/b.txt": "" });
  assert.equal(await answer(["trial", "greet", "--name", "Ada"]), "hola Ada");
  assert.equal(await answer(["trial", "list"]), "b.txt");
  await install({ customizations: [{ argument: "nope", default: "x" }] });
  assert.match(await refusal(["trial", "mine"]), /no argument "nope" to customize/);
});

test("what is no toolchain is refused with those that there are, and help names the toolchain", async () => {
  assert.match(await refusal(["greet"]), /unknown command "greet" for "npm run call --"\. Accepted: trial\./);
  assert.match(await refusal([]), /Its toolchains: trial\./);
  assert.match(await refusal(["trial", "nope"]), /unknown command "nope" for "npm run call -- trial"/);
  assert.match(await answer(["trial", "greet", "--help"]), /npm run call -- trial greet/);
  await install({ source: "../nowhere-at-all" });
  assert.match(await refusal(["trial", "greet"]), /is in \.\.\/nowhere-at-all, and there is no such directory/);
  await rm(shop, { recursive: true, force: true });
});
