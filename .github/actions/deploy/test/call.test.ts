import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { deployed } from "./support/dagger.js";
import { functionCall, play } from "./support/play.js";
import { runAction } from "./support/runner.js";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const json = (data: object) => `${JSON.stringify(data)}\n`;

test("the call is one function of the module at the action's own commit, with each value joined to its flag", async () => {
  const { called } = await play(
    { version: "v1.2.0", target: "staging", arguments: "--timeout-minutes=20\n\n  --skip-before\n" },
    { stdout: json(deployed) },
  );
  const { args } = called;
  const flags = ["--progress=plain", `--mod=${root}`, "--target=staging"];
  const rest = ["--version=v1.2.0", "--timeout-minutes=20", "--skip-before", "--as-json"];
  assert.deepEqual(args, ["call", ...flags, "deploy", ...rest]);
});

test("a deploy without inputs leaves target and version to the module", async () => {
  const run = await play({}, { stdout: json(deployed) });
  assert.deepEqual(functionCall(run), ["deploy", "--as-json"]);
});

test("an image is deployed as it is, and a planned version from the registry", async () => {
  const image = "api@sha256:0123";
  const one = await play({ image, plan: "0123456789abcdef" }, { stdout: json(deployed) });
  assert.deepEqual(functionCall(one), ["deploy", `--from=${image}`, "--plan=0123456789abcdef", "--as-json"]);
  const named = await play({ image, version: "v1" }, { stdout: json(deployed) });
  assert.deepEqual(functionCall(named), ["deploy", "--version=v1", `--from=${image}`, "--as-json"]);
  const other = await play({ version: "v1", plan: "0123456789abcdef" }, { stdout: json(deployed) });
  assert.deepEqual(functionCall(other), [
    ...["deploy", "--version=v1", "--published"],
    ...["--plan=0123456789abcdef", "--as-json"],
  ]);
});

test("each flag of a call is an argument of the function that is called, or of the module", async () => {
  const source = readFileSync(join(root, "ci/src/index.ts"), "utf8");
  const heads = source
    .split(/^ {2}(?:async )?(?=\w+\()/m)
    .map((text) => text.split(/\)(?:: Promise<\w+>)? \{/)[0] ?? "");
  const headOf = (name = "") => heads.find((text) => text.startsWith(`${name}(`)) ?? assert.fail(name);
  const ofCli = ["progress", "mod"];
  const plan = "0123456789abcdef";
  const calls = [
    {},
    { image: "a:b", plan },
    { version: "v1", plan },
    { mode: "plan", image: "a:b" },
    { mode: "publish" },
  ];
  for (const inputs of calls) {
    const env = { AWS_ACCESS_KEY_ID: "AKIA", AWS_SECRET_ACCESS_KEY: "secret" };
    const run = await play({ target: "a", ...inputs }, { stdout: json(deployed) }, { env });
    const { args } = run.called;
    const name = args.find((word) => /^[a-z]+$/.test(word) && word !== "call");
    const declared = headOf("constructor") + headOf(name);
    for (const word of args) {
      const [, flag] = /^--([a-z-]+)/.exec(word) ?? [];
      if (flag === undefined || ofCli.includes(flag)) continue;
      const argument = flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
      assert.match(declared, new RegExp(`\\b${argument}\\??[:=,) ]`), `${name} --${flag}`);
    }
  }
});

test("inputs that are not accepted end with exit code 2 and call nothing", async () => {
  const wrong: [Record<string, string>, RegExp][] = [
    [{ mode: "rollback" }, /mode "rollback" is unknown\. Accepted: deploy, plan, publish/],
    [{ version: "v1", plan: "main; rm -rf" }, /plan "main; rm -rf" is no hash/],
    [{ version: "v1", plan: "0123456789abcdef", mode: "plan" }, /mode plan takes none/],
    [{ mode: "publish", image: "api:v1" }, /image api:v1 exists already/],
    [{ version: "v1\n--force" }, /version has a line break/],
    [{ arguments: "--output=/etc/passwd" }, /arguments has "--output=\/etc\/passwd"/],
    [{ arguments: "--asJson" }, /arguments has "--asJson"/],
    [{ arguments: "status" }, /arguments has "status"/],
    [{ arguments: "--interactive-command=sh" }, /arguments has/],
  ];
  for (const [inputs, message] of wrong) {
    const run = await play(inputs, { stdout: json(deployed) });
    assert.equal(run.exitCode, 2, JSON.stringify(inputs));
    assert.match(run.commands[0]?.data ?? "", message);
    assert.deepEqual(run.called.args, []);
  }
});

test("inputs reach no shell and no template", async () => {
  const version = `v1"; touch pwned; \`touch pwned\` $(touch pwned) $${"{{ github.token }}"} \\`;
  const { called, exitCode } = await play({ version, target: "--help" }, { stdout: json(deployed) });
  const { args } = called;
  assert.equal(exitCode, 0);
  assert.ok(args.includes(`--version=${version}`), args.join("\n"));
  assert.ok(args.includes("--target=--help"));
});

test("a runner without the dagger CLI gets exit code 2 and the next step", async () => {
  const run = await runAction({ "working-directory": "services/none" }, { path: "/nowhere" });
  assert.equal(run.exitCode, 2);
  assert.match(run.commands[0]?.data ?? "", /dagger was not started in services\/none/);
});

test("a runner without Node.js, or with one that is too old, gets exit code 2 and the next step", async () => {
  const old = 'Object.defineProperty(process, "versions", { value: { node: "18.19.0" } }); eval(process.argv[1])';
  for (const script of ["exit 127", `exec "${process.execPath}" -e '${old}' "$2"`]) {
    const folder = await mkdtemp(join(tmpdir(), "slipway-node-"));
    await writeFile(join(folder, "node"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    const run = await runAction({}, { path: folder });
    await rm(folder, { recursive: true });
    assert.deepEqual([run.exitCode, run.commands.length], [2, 1], run.log);
    assert.match(run.commands[0]?.data ?? "", /no Node\.js 20 or newer on its PATH\. Run actions\/setup-node/);
  }
});
