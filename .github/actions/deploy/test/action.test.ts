import assert from "node:assert/strict";
import { test } from "node:test";
import { deployed, failureOf, rolledBack } from "./support/dagger.js";
import { functionCall, play } from "./support/play.js";

const json = (data: object) => `${JSON.stringify(data)}\n`;

test("a deploy that succeeds sets every output, writes the summary and no annotation", async () => {
  const run = await play({ version: "v1.2.0", target: "staging" }, { stdout: json(deployed) });
  assert.equal(run.exitCode, 0, run.log);
  const { report, ...outputs } = run.outputs;
  assert.deepEqual(outputs, {
    verdict: "deployed",
    url: "",
    "exit-code": "0",
    version: "v1.2.0",
    digest: deployed.release.digest,
    image: deployed.release.image,
    "task-definition-arn": deployed.taskDefinition,
    "service-deployment-arn": deployed.deployment.arn,
    "plan-hash": "",
    "plan-refused": "",
    "plan-changes": "",
    "report-directory": "",
  });
  assert.deepEqual(JSON.parse(report ?? ""), JSON.parse(JSON.stringify(deployed)));
  assert.match(run.summary, /^### Slipway: deployed v1&#46;2&#46;0\n\n/);
  assert.deepEqual(run.commands, []);
});

test("the output url is the origin of the URL that the deploy checked", async () => {
  const http = { state: "verified", url: "https://app.example.com/version", tries: 5 };
  const run = await play({}, { stdout: json({ ...deployed, http }) });
  assert.equal(run.outputs.url, "https://app.example.com");
  const other = await play({}, { stdout: json({ ...deployed, http: { ...http, url: "javascript:alert(1)" } }) });
  assert.equal(other.outputs.url, "");
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
  const first = run.summary.split("\n").filter(Boolean).slice(2, 5);
  assert.deepEqual(
    first.map((line) => line.split(":**")[0]),
    ["**Cause", "**Fix", "**Next"],
    "the first screen has cause, fix and next step",
  );
  assert.match(run.summary, /^\*\*Cause:\*\* the container ends soon after its start$/m);
  assert.match(run.summary, /<pre>\ncontainer app: exit code 1\n<\/pre>/);
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
  assert.deepEqual(functionCall(run), ["plan", "--version=v1.2.0", "--as-json"]);
});

test("a publish returns the image and its digest", async () => {
  const { image, digest } = rolledBack.release;
  const run = await play({ mode: "publish", version: "v1.2.0" }, { stdout: `${image}\n` });
  assert.deepEqual([run.exitCode, run.outputs.image, run.outputs.digest], [0, image, digest]);
  assert.deepEqual(functionCall(run), ["publish", "--version=v1.2.0"]);
});

test("a publish that fails has the message of the command line", async () => {
  const run = await play({ mode: "publish" }, { exitCode: 2, stderr: "1 : connect\nError: v1 is another image.\n" });
  assert.deepEqual([run.exitCode, run.commands[0]?.data], [2, "v1 is another image."]);
});

test("a canceled job ends the call in order", async () => {
  const run = await play(
    {},
    { onInterrupt: 1, stderr: "1 : connect\nready\n" },
    {
      async started(pid, printed) {
        await printed("ready");
        process.kill(pid, "SIGINT");
      },
    },
  );
  assert.equal(run.exitCode, 1);
  assert.match(run.log, /Canceled\./);
  assert.match(run.commands[0]?.data ?? "", /ended without a report/);
});

for (const [name, script] of [
  ["that succeeds", { stdout: json(deployed) }],
  ["that fails", { exitCode: 3, stderr: failureOf(rolledBack) }],
] as const) {
  test(`the report of a deploy ${name} is the summary, and its files are an output`, async () => {
    const run = await play({ target: "staging" }, { ...script, report: "## Slipway: the report\n" });
    assert.equal(run.exitCode, "exitCode" in script ? 3 : 0);
    assert.equal(run.summary, "## Slipway: the report\n");
    assert.match(run.outputs["report-directory"] ?? "", /slipway-report$/);
    const words = run.reported.args.filter((word) => !word.startsWith("--mod="));
    assert.match(words.join(" "), /^call --progress=plain --target=staging report --result=\S+ --output=\S+$/);
    assert.equal(run.reported.env.INPUT_TARGET, undefined);
  });
}

test("a report that can't be rebuilt leaves the verdict and the summary of the deploy", async () => {
  const run = await play({}, { exitCode: 3, stderr: failureOf(rolledBack) });
  assert.equal(run.exitCode, 3);
  assert.match(run.summary, /^### Slipway: rolled&#45;back/);
  assert.match(run.log, /The report was not rebuilt: exit code 1\. The deploy's verdict is not affected\./);
});

test("without report-files, and after a refusal, report is not called", async () => {
  const stderr = failureOf({ type: "error", code: "bad-url", exitCode: 2, message: "No." });
  const runs = [
    await play({ "report-files": "false" }, { stdout: json(deployed) }),
    await play({}, { exitCode: 2, stderr }),
  ];
  for (const run of runs) {
    assert.deepEqual(run.reported.args, []);
    assert.match(run.summary, /^### Slipway: /);
  }
});
