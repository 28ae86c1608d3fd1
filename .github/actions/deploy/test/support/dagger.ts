import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Scripted {
  exitCode?: number;
  stdout?: string;
  stderr?: string;
  /** Markdown that a call of report writes; without it that call fails. */
  report?: string;
  /** Waits for SIGINT after the output, then ends with this exit code. */
  onInterrupt?: number;
}

/** Arguments and environment of the call. */
export interface Called {
  args: string[];
  env: Record<string, string>;
  cwd: string;
}

/** A directory with a program `dagger` that writes what the script has and ends, and keeps what it was called with. */
export async function scriptedDagger(script: Scripted) {
  const folder = await mkdtemp(join(tmpdir(), "slipway-dagger-"));
  const called = join(folder, "called.json");
  const reported = join(folder, "reported.json");
  const source = `#!${process.execPath}
const { writeFileSync, writeSync } = require("node:fs");
const script = ${JSON.stringify(script)};
if (process.argv.includes("report")) {
  writeFileSync(${JSON.stringify(reported)}, JSON.stringify({ args: process.argv.slice(2), env: process.env, cwd: process.cwd() }));
  const directory = process.argv.find((word) => word.startsWith("--output=")).slice("--output=".length);
  if (script.report !== undefined) writeFileSync(directory + "/report.md", script.report);
  process.exit(script.report === undefined ? 1 : 0);
}
writeFileSync(${JSON.stringify(called)}, JSON.stringify({ args: process.argv.slice(2), env: process.env, cwd: process.cwd() }));
if (script.onInterrupt !== undefined) {
  const timer = setInterval(() => {}, 1000);
  process.once("SIGINT", () => { clearInterval(timer); writeSync(2, "Canceled.\\n"); process.exitCode = script.onInterrupt; });
}
writeSync(2, script.stderr ?? "");
writeSync(1, script.stdout ?? "");
process.exitCode = script.exitCode ?? 0;
`;
  await writeFile(join(folder, "dagger"), source, { mode: 0o755 });
  return {
    path: folder,
    called: () => readCall(called),
    /** The call of report. */
    reported: () => readCall(reported),
    remove: () => rm(folder, { recursive: true }),
  };
}

async function readCall(file: string): Promise<Called> {
  return JSON.parse(await readFile(file, "utf8").catch(() => '{ "args": [], "env": {}, "cwd": "" }'));
}

/** The command line's text of a failure in plain mode, with a function's JSON in its standard error. */
export function failureOf(data: object): string {
  return `1   : connect DONE\n12  : [0.4s] | a line of the log\nError: what failed\nStderr:\n${JSON.stringify(data)}\n\n`;
}

/** A report of a deploy that was rolled back. */
export const rolledBack = {
  type: "report",
  time: "2026-11-26T21:00:00.000Z",
  verdict: "rolled-back",
  exitCode: 3,
  reason: "Rolled back by the circuit breaker (3 failures, threshold 3).",
  where: { account: "123456789012", region: "us-west-2", cluster: "main", service: "api", container: "app" },
  release: {
    version: "v1.2.0",
    image: `123456789012.dkr.ecr.us-west-2.amazonaws.com/api@sha256:${"a".repeat(64)}`,
    digest: `sha256:${"a".repeat(64)}`,
  },
  from: { taskDefinition: "arn:aws:ecs:us-west-2:123456789012:task-definition/api:2", version: "v1.1.0" },
  taskDefinition: "arn:aws:ecs:us-west-2:123456789012:task-definition/api:3",
  deployment: { id: "abc", arn: "arn:aws:ecs:us-west-2:123456789012:service-deployment/main/api/abc" },
  startedAt: 1_000,
  endedAt: 61_000,
  diagnosis: {
    cause: "exits",
    title: "the container ends soon after its start",
    evidence: ["container app: exit code 1"],
    fix: "Read the end of the log.",
  },
  log: { group: "/ecs/api", stream: "app/app/0821", lines: ["starting", "no DATABASE_URL"] },
  next: "Correct the cause and deploy a new version.",
};

/** A report of a deploy that succeeded. */
export const deployed = {
  ...rolledBack,
  ...{ verdict: "deployed", exitCode: 0, reason: "v1.2.0 is served.", diagnosis: undefined, log: undefined },
};
