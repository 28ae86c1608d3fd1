import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, test } from "node:test";
import { fileURLToPath } from "node:url";
import { deployed, failureOf, rolledBack, type Scripted, scriptedDagger } from "./support/dagger.js";
import { type RunOptions, runAction } from "./support/runner.js";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function play(inputs: Record<string, string>, script: Scripted, options: Partial<RunOptions> = {}) {
  const dagger = await scriptedDagger(script);
  cleanups.push(dagger.remove);
  const run = await runAction(inputs, { path: dagger.path, ...options });
  return { ...run, called: dagger.called };
}

const json = (data: object) => `${JSON.stringify(data)}\n`;

test("a deploy that succeeds sets every output, writes the summary and no annotation", async () => {
  const run = await play({ version: "v1.2.0", target: "staging" }, { stdout: json(deployed) });
  assert.equal(run.exitCode, 0, run.log);
  const { report, ...outputs } = run.outputs;
  assert.deepEqual(outputs, {
    verdict: "deployed",
    "exit-code": "0",
    version: "v1.2.0",
    digest: deployed.release.digest,
    image: deployed.release.image,
    "task-definition-arn": deployed.taskDefinition,
    "service-deployment-arn": deployed.deployment.arn,
    "plan-hash": "",
    "plan-refused": "",
    "plan-changes": "",
  });
  assert.deepEqual(JSON.parse(report ?? ""), JSON.parse(JSON.stringify(deployed)));
  assert.match(run.summary, /^### Slipway: deployed v1&#46;2&#46;0\n\n/);
  assert.deepEqual(run.commands, []);
});

test("the call is one function of the module at the action's own commit, with each value joined to its flag", async () => {
  const { called } = await play(
    { version: "v1.2.0", target: "staging", arguments: "--timeout-minutes=20\n\n  --skip-before\n" },
    { stdout: json(deployed) },
  );
  const { args } = await called();
  const flags = ["--progress=plain", `--mod=${root}`, "--target=staging"];
  const rest = ["--version=v1.2.0", "--timeout-minutes=20", "--skip-before", "--as-json"];
  assert.deepEqual(args, ["call", ...flags, "deploy", ...rest]);
});

test("a deploy without inputs leaves target and version to the module", async () => {
  const { called } = await play({}, { stdout: json(deployed) });
  assert.deepEqual((await called()).args.slice(3), ["deploy", "--as-json"]);
});

test("an image is deployed as it is, and a planned version from the registry", async () => {
  const image = "api@sha256:0123";
  const one = await play({ image, plan: "0123456789abcdef" }, { stdout: json(deployed) });
  assert.deepEqual((await one.called()).args.slice(3), [
    "deploy",
    `--from=${image}`,
    "--plan=0123456789abcdef",
    "--as-json",
  ]);
  const named = await play({ image, version: "v1" }, { stdout: json(deployed) });
  assert.deepEqual((await named.called()).args.slice(3), ["deploy", "--version=v1", `--from=${image}`, "--as-json"]);
  const other = await play({ version: "v1", plan: "0123456789abcdef" }, { stdout: json(deployed) });
  assert.deepEqual((await other.called()).args.slice(3), [
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
    const { args } = await run.called();
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

test("a deploy that fails ends the step with its exit code, an annotation and a summary with cause, fix and log", async () => {
  const run = await play({ version: "v1.2.0" }, { exitCode: 3, stderr: failureOf(rolledBack) });
  assert.equal(run.exitCode, 3);
  assert.deepEqual([run.outputs.verdict, run.outputs["exit-code"]], ["rolled-back", "3"]);
  assert.equal(run.outputs["service-deployment-arn"], rolledBack.deployment.arn);
  const [annotation, ...more] = run.commands;
  assert.deepEqual(more, []);
  assert.deepEqual(annotation, {
    name: "error",
    properties: "title=Slipway%3A rolled-back v1.2.0",
    data: [
      rolledBack.reason,
      "Cause: the container ends soon after its start",
      "Fix: Read the end of the log.",
      rolledBack.next,
    ].join("%0A"),
  });
  assert.match(
    run.summary,
    /\*\*Cause:\*\* the container ends soon after its start\n\n<pre>\ncontainer app: exit code 1\n<\/pre>/,
  );
  assert.match(run.summary, /\*\*Fix:\*\* Read the end of the log&#46;/);
  assert.match(run.summary, /<pre>\nstarting\nno DATABASE_URL\n<\/pre>\n\n<\/details>/);
  assert.match(run.log, /a line of the log/);
});

test("a refusal has no verdict, and its message is the annotation and the summary", async () => {
  const message = 'The URL "nope" can\'t be used.\nAccepted: http://….';
  const stderr = failureOf({ type: "error", code: "bad-url", exitCode: 2, message });
  const run = await play({ version: "v1" }, { exitCode: 2, stderr });
  assert.deepEqual([run.exitCode, run.outputs.verdict, run.outputs["exit-code"]], [2, "", "2"]);
  assert.equal(JSON.parse(run.outputs.report ?? "").code, "bad-url");
  assert.equal(run.commands[0]?.data, 'The URL "nope" can\'t be used.%0AAccepted: http://….');
  assert.match(run.summary, /^### Slipway: refused\n/);
});

test("a plan is shown with its changes and findings, and its hash is an output", async () => {
  const plan = {
    hash: "0123456789abcdef",
    ...{ where: rolledBack.where, release: rolledBack.release, from: rolledBack.from },
    changes: [{ what: "image of app", from: "a|b", to: "c" }],
    ...{ service: { desiredCount: { from: 1, to: 2 } }, isNothing: false, isRefused: true },
    findings: [{ id: "older-version", level: "error", what: "It is older.", fix: "Use rollback.", ignored: false }],
  };
  const run = await play({ mode: "plan", version: "v1.2.0" }, { stdout: `${JSON.stringify(plan, null, 2)}\n` });
  assert.equal(run.exitCode, 0);
  const { "plan-hash": hash, "plan-refused": refused, "plan-changes": changes, digest } = run.outputs;
  assert.deepEqual([hash, refused, changes, digest], [plan.hash, "true", "true", plan.release.digest]);
  assert.match(run.summary, /\| image of app \| a&#124;b &#8594; c \|/);
  assert.match(run.summary, /\*\*error older&#45;version:\*\* It is older&#46;<br>Fix: Use rollback&#46;/);
  assert.deepEqual((await run.called()).args.slice(3), ["plan", "--version=v1.2.0", "--as-json"]);
});

test("a publish returns the image and its digest", async () => {
  const { image, digest } = rolledBack.release;
  const run = await play({ mode: "publish", version: "v1.2.0" }, { stdout: `${image}\n` });
  assert.deepEqual([run.exitCode, run.outputs.image, run.outputs.digest], [0, image, digest]);
  assert.deepEqual((await run.called()).args.slice(3), ["publish", "--version=v1.2.0"]);
});

test("a publish that fails has the message of the command line", async () => {
  const run = await play({ mode: "publish" }, { exitCode: 2, stderr: "1 : connect\nError: v1 is another image.\n" });
  assert.deepEqual([run.exitCode, run.commands[0]?.data], [2, "v1 is another image."]);
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
    await assert.rejects(run.called(), /ENOENT/);
  }
});

test("inputs reach no shell and no template", async () => {
  const version = `v1"; touch pwned; \`touch pwned\` $(touch pwned) $${"{{ github.token }}"} \\`;
  const { called, exitCode } = await play({ version, target: "--help" }, { stdout: json(deployed) });
  const { args } = await called();
  assert.equal(exitCode, 0);
  assert.ok(args.includes(`--version=${version}`), args.join("\n"));
  assert.ok(args.includes("--target=--help"));
});

test("a runner without the dagger CLI gets exit code 2 and the next step", async () => {
  const run = await runAction({ "working-directory": "services/none" }, { path: "/nowhere" });
  assert.equal(run.exitCode, 2);
  assert.match(run.commands[0]?.data ?? "", /dagger was not started in services\/none/);
});

test("a canceled job ends the call in order", async () => {
  const run = await play(
    {},
    { onInterrupt: 1, stderr: "1 : connect\nready\n" },
    {
      async started(pid, said) {
        await said("ready");
        process.kill(pid, "SIGINT");
      },
    },
  );
  assert.equal(run.exitCode, 1);
  assert.match(run.log, /Canceled\./);
  assert.match(run.commands[0]?.data ?? "", /ended without a report/);
});
