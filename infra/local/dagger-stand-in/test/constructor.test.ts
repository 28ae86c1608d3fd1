import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { type TestModule, testModule } from "./support/module.js";

const source = `import { argument, type Directory, func, object, type Secret, type Service } from "@dagger.io/dagger";

/** A module whose object is made with one of everything. */
@object()
export class Trial {
  private readonly credentials?: Secret;
  private readonly target: string;
  private readonly targets: Directory;
  private readonly aws?: Service;

  /**
   * @param targets The directory of targets
   * @param credentials Who calls
   * @param target The target's name
   * @param aws A local AWS
   */
  constructor(
    @argument({ defaultPath: "/targets" }) targets: Directory,
    credentials?: Secret,
    target = "production",
    aws?: Service,
  ) {
    this.targets = targets;
    if (credentials) this.credentials = credentials;
    this.target = target;
    if (aws) this.aws = aws;
  }

  /** Deploys something. */
  @func({ cache: "never" })
  async deploy(version: string, dry = false): Promise<string> {
    const files = (await this.targets.entries()).join(" ");
    const aws = this.aws ? await this.aws.endpoint({ scheme: "http" }) : "AWS";
    return [version, this.target, files, aws, dry].join(" ");
  }

  @func({ cache: "never" })
  async reads(): Promise<string> {
    return (await this.credentials?.plaintext()) ?? "none";
  }

  @func()
  pure(): string {
    return this.target + " " + Math.random();
  }

  @func()
  taken(json: string): string {
    return json;
  }
}
`;

let module: TestModule;
before(async () => {
  module = await testModule(source);
});
beforeEach(() => module.write({ ".env": "", "targets/a.json": "1" }));
after(() => module.remove());

test("flags of the constructor stand before the function, and nowhere else", async () => {
  const made = await module.call(["--target", "staging", "--aws=tcp://127.0.0.1:4566", "deploy", "--version", "v1"]);
  assert.equal(made.stdout, "v1 staging a.json http://127.0.0.1:4566 false");
  const { exitCode, stderr } = await module.call(["deploy", "--version", "v1", "--target", "staging"]);
  assert.equal(exitCode, 1);
  assert.match(stderr, /\nError: unknown flag: --target\. Accepted here: --version, --dry, --help\. \[/);
});

test("the constructor's arguments are on the first help page alone, and the object's fields are no functions", async () => {
  const { stdout: first } = await module.call(["--help"]);
  assert.match(first, /^ARGUMENTS$[\s\S]*^ {2}--targets Directory +The directory of targets \(default: \/targets\)$/m);
  assert.match(first, /^ {2}--credentials Secret +Who calls$/m);
  assert.match(first, /^ {2}--target string +The target's name \(default: "production"\)$/m);
  const { stdout: second } = await module.call(["deploy", "--help"]);
  assert.doesNotMatch(second, /--target|--credentials|--aws/);
  const { stdout: list } = await module.call(["functions"]);
  assert.deepEqual(list.match(/^[a-z]+/gm), ["deploy", "pure", "reads", "taken"]);
});

test(".env has the constructor's arguments by their bare names, for every function, and a flag wins", async () => {
  await module.write({ ".env": "TARGET=staging\nDEPLOY_TARGET=nowhere\nCREDENTIALS=env://TOKEN\n" });
  const env = { PATH: process.env.PATH, TOKEN: "abc" };
  assert.match((await module.call(["deploy", "--version", "v1"], { env })).stdout, /^v1 staging /);
  assert.equal((await module.call(["reads"], { env })).stdout, "abc");
  assert.match((await module.call(["--target", "test", "pure"], { env })).stdout, /^test /);
});

test("a secret whose command fails is the failure of those functions alone that read it", async () => {
  await module.write({ ".env": 'CREDENTIALS="cmd://exit 3"\n' });
  assert.equal((await module.call(["deploy", "--version", "v1"])).exitCode, 0);
  const pure = await module.call(["pure"]);
  assert.equal(pure.exitCode, 0);
  assert.notEqual((await module.call(["pure"])).stdout, pure.stdout, "nothing is known that it could be cached by");
  const { exitCode, stderr } = await module.call(["reads"]);
  assert.equal(exitCode, 1);
  assert.match(stderr, /\nError: The secret cmd:\/\/exit 3 can't be read: the command ended with 3\. \[/);
  assert.match(stderr, /: ┆ Secret\.plaintext ERROR \[[\d.]+s\]\n\d+ +: ┆ ! The secret/);
});

test("a secret's command runs once a call, and a function is cached as long as the value stays the same", async () => {
  const log = join(module.path, "store", "ran");
  await module.write({ ".env": `CREDENTIALS="cmd://echo x >> ${log}; cat value"\n`, value: "1" });
  const ran = async () => (await readFile(log, "utf8")).length / 2;
  const first = await module.call(["pure"]);
  assert.match(first.stderr, /\n\nuser default: trial\(credentials="cmd:\/\/echo /);
  assert.equal(await ran(), 1);
  assert.equal((await module.call(["pure"])).stdout, first.stdout);
  assert.equal(await ran(), 2);
  await module.write({ value: "2" });
  assert.notEqual((await module.call(["pure"])).stdout, first.stdout);
  assert.equal((await module.call(["reads"])).stdout, "2");
  assert.equal(await ran(), 4);
});

test("a function is cached by what its object was made from, and so is the constructor", async () => {
  const first = await module.call(["--target", "cached", "pure"]);
  assert.doesNotMatch(first.stderr, /CACHED/);
  await module.write({ "elsewhere.txt": String(Math.random()) });
  const second = await module.call(["--target", "cached", "pure"]);
  assert.equal(second.stdout, first.stdout);
  assert.match(second.stderr, /: trial CACHED \[[\s\S]*: Trial\.pure CACHED \[/);
  assert.notEqual((await module.call(["--target", "other", "pure"])).stdout, first.stdout);
  await module.write({ "targets/a.json": "2" });
  assert.notEqual((await module.call(["--target", "cached", "pure"])).stdout, first.stdout);
});

test("an argument that the engine's command line has a flag for lists well and can't be called, as there", async () => {
  const { exitCode, stderr } = await module.call(["taken", "--json", "x"]);
  assert.equal(exitCode, 1);
  assert.match(stderr, /\nError: flag already exists: json \[/);
});
