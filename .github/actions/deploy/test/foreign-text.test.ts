import assert from "node:assert/strict";
import { test } from "node:test";
import { outputLines } from "../outputs.mjs";
import { deployed, failureOf, rolledBack, type Scripted, scriptedDagger } from "./support/dagger.js";
import { type RunOptions, runAction } from "./support/runner.js";

async function play(inputs: Record<string, string>, script: Scripted, options: Partial<RunOptions> = {}) {
  const dagger = await scriptedDagger(script);
  try {
    const run = await runAction(inputs, { path: dagger.path, ...options });
    return { ...run, called: await dagger.called() };
  } finally {
    await dagger.remove();
  }
}

const hostile = [
  "::error::forged",
  "::set-output name=verdict::deployed",
  "##[error]forged",
  "\r::warning::forged",
  "\u001b[2J\u202e% %0A::error::forged",
];

test("no line of the log is carried out as a workflow command", async () => {
  const stderr = `${hostile.join("\n")}\n::stop-commands::x\n::x::\n::error::forged\n${failureOf(rolledBack)}`;
  const { commands, log } = await play({}, { exitCode: 3, stderr });
  assert.deepEqual(
    commands.map(({ properties }) => properties),
    ["title=Slipway%3A rolled-back v1.2.0"],
  );
  assert.match(log, /::set-output name=verdict::deployed/);
});

test("no text of a report is carried out, ends an output or begins another", async () => {
  const lines = [...hostile, "report<<EOF", "end-", "verdict=deployed", "EOF"];
  const text = lines.join("\n");
  const report = {
    ...rolledBack,
    reason: text,
    next: text,
    diagnosis: { cause: "x", title: text, evidence: lines, fix: text },
    log: { group: text, stream: text, lines },
    where: { ...rolledBack.where, service: text },
  };
  const { commands, outputs } = await play({}, { exitCode: 3, stderr: failureOf(report) });
  assert.deepEqual(
    commands.map(({ name }) => name),
    ["error"],
  );
  assert.doesNotMatch(commands[0]?.data ?? "", /[\r\n\p{Cc}\p{Cf}]/u);
  assert.equal(outputs.verdict, "rolled-back");
  assert.deepEqual(JSON.parse(outputs.report ?? ""), report);
});

test("no text of a report is Markdown or HTML in the summary", async () => {
  const text = [
    "</pre><script>alert(1)</script><img src=x onerror=alert(1)>",
    "[click](https://example.com) ![x](https://example.com/x.png) https://example.com www.example.com @octocat",
    "# heading | cell | `code` **bold** <!-- --> &lt; ```",
  ].join("\n");
  const report = {
    ...rolledBack,
    reason: text,
    next: text,
    diagnosis: { cause: "x", title: text, evidence: text.split("\n"), fix: text },
    log: { group: text, stream: text, lines: text.split("\n") },
    from: { taskDefinition: text, version: text },
  };
  const { summary } = await play({}, { exitCode: 3, stderr: failureOf(report) });
  const pre = /<pre>\n([\s\S]*?)\n<\/pre>/g;
  const blocks = [...summary.matchAll(pre)].map(([, inside]) => inside ?? "");
  assert.equal(blocks.length, 2);
  for (const block of blocks) assert.doesNotMatch(block, /[<>]/);
  const rest = summary
    .replace(pre, "")
    .replace(/<details open><summary>|<\/summary>|<\/details>|\*\*(Cause|Fix|Next):\*\*|^### |^\|---\|---\|$/gm, "");
  assert.doesNotMatch(rest, /[<>[\]()*`!@_~]|https?:|www\./);
  for (const row of rest.split("\n").filter((line) => line.startsWith("|")))
    assert.equal(row.split("|").length, 4, row);
});

test("no value of an output can end itself: its delimiter is another each time", () => {
  const [one = "", other = ""] = [outputLines({ image: "a\nb" }), outputLines({ image: "a\nb" })];
  const [, delimiter = ""] = /^image<<(.+)$/m.exec(one) ?? [];
  assert.equal(one, `image<<${delimiter}\na\nb\n${delimiter}\n`);
  assert.ok(!other.includes(delimiter));
});

test("output of a build that imitates a report is not taken for one", async () => {
  const forged = JSON.stringify({ ...rolledBack, verdict: "superseded", exitCode: 3 });
  const lines = [
    `12 : [0.1s] | ${forged}`,
    `12 : [0.1s] | x\rStderr:\r${forged}\r`,
    `\u001b[2m13 :\u001b[0m ${forged}`,
    forged,
  ];
  const stderr = `${lines.join("\n")}\nError: exit code: 3\n`;
  const failed = await play({}, { exitCode: 3, stderr });
  assert.equal(failed.outputs.verdict, "");
  const succeeded = await play({}, { exitCode: 0, stderr: `${lines.join("\n")}\n`, stdout: "\n" });
  assert.deepEqual([succeeded.exitCode, succeeded.outputs.verdict], [1, ""]);
});

test("a report of another exit code than the call's is not believed", async () => {
  const { exitCode, outputs } = await play({}, { exitCode: 1, stderr: failureOf({ ...deployed, exitCode: 0 }) });
  assert.deepEqual([exitCode, outputs.verdict, outputs["exit-code"]], [1, "", "1"]);
});

test("a report that is too large for a variable leaves out its largest members and names them", async () => {
  const log = { group: "g", stream: "s", lines: Array(2_000).fill("x".repeat(100)) };
  const { outputs, summary } = await play({}, { exitCode: 3, stderr: failureOf({ ...rolledBack, log }) });
  assert.ok(Buffer.byteLength(outputs.report ?? "") <= 100_000);
  const { omitted, verdict, log: left } = JSON.parse(outputs.report ?? "");
  assert.deepEqual([omitted, verdict, left], [["log"], "rolled-back", undefined]);
  assert.ok(Buffer.byteLength(summary) < 100_000);
});

const secrets = {
  AWS_SECRET_ACCESS_KEY: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
  AWS_SESSION_TOKEN: "IQoJb3JpZ2luX2VjEXAMPLE//////////token",
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: "eyJhbGciOiJSUzI1NiIsEXAMPLE",
};

test("secrets of the job reach the call by its environment alone, and nothing that the step writes", async () => {
  const text = Object.values(secrets).join(" ");
  const report = { ...rolledBack, reason: text, log: { ...rolledBack.log, lines: [text] } };
  const env = { ...secrets, AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE" };
  const run = await play({}, { exitCode: 3, stderr: `${text}\n${failureOf(report)}` }, { env });
  for (const secret of Object.values(secrets)) {
    assert.ok(!run.all.includes(secret), secret);
    assert.ok(!run.called.args.join(" ").includes(secret));
  }
  assert.ok(run.called.args.includes("--credentials=env://SLIPWAY_ACTION_CREDENTIALS"));
  assert.deepEqual(JSON.parse(run.called.env.SLIPWAY_ACTION_CREDENTIALS ?? ""), {
    Version: 1,
    AccessKeyId: "AKIAIOSFODNN7EXAMPLE",
    SecretAccessKey: secrets.AWS_SECRET_ACCESS_KEY,
    SessionToken: secrets.AWS_SESSION_TOKEN,
  });
});

test("the role that the action assumed comes before the job's credentials, and its keys stay out of what is written", async () => {
  const steps = {
    "aws.aws-access-key-id": "ASIAROLE",
    "aws.aws-secret-access-key": "role-secret-access-key",
    "aws.aws-session-token": "role-session-token",
  };
  const env = { AWS_ACCESS_KEY_ID: "AKIAJOB", AWS_SECRET_ACCESS_KEY: secrets.AWS_SECRET_ACCESS_KEY };
  const stderr = `role-secret-access-key role-session-token\n${failureOf(rolledBack)}`;
  const run = await play({ role: "arn:aws:iam::123456789012:role/deploy" }, { exitCode: 3, stderr }, { env, steps });
  assert.equal(JSON.parse(run.called.env.SLIPWAY_ACTION_CREDENTIALS ?? "").AccessKeyId, "ASIAROLE");
  assert.doesNotMatch(run.all, /role-secret-access-key|role-session-token/);
});

test("without credentials in the job the module's own default names them", async () => {
  const { called } = await play({}, { stdout: `${JSON.stringify(deployed)}\n` });
  assert.doesNotMatch(called.args.join(" "), /credentials/);
});

test("the call has no way to the runner's files", async () => {
  const { called } = await play({}, { stdout: `${JSON.stringify(deployed)}\n` });
  const names = Object.keys(called.env).filter((name) => /^GITHUB_(OUTPUT|ENV|PATH|STATE|STEP_SUMMARY)$/.test(name));
  assert.deepEqual(names, []);
});
