import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { callFunction, closeStandIns } from "../index.js";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
let scratch: string;

before(async () => {
  scratch = await mkdtemp(join(tmpdir(), "slipway-endings-"));
  await writeFile(join(scratch, "credentials"), "AWS_ACCESS_KEY_ID=a\nAWS_SECRET_ACCESS_KEY=b\n");
});
after(async () => {
  await closeStandIns();
  await rm(scratch, { recursive: true, force: true });
});

const terminal = { columns: 80, rows: 24, write: () => true };

/** A rollback that is refused before anything is requested. */
async function refused(more: string[] = [], drawn: { terminal?: typeof terminal } = {}) {
  const output = { stdout: "", stderr: "" };
  const exitCode = await callFunction({
    ...drawn,
    args: ["--credentials", `file://${join(scratch, "credentials")}`, "rollback", "--url", "nope", ...more],
    cwd: root,
    env: { ...process.env, NO_COLOR: "1" },
    onStdout: (text) => (output.stdout += text),
    onStderr: (text) => (output.stderr += text),
    signal: new AbortController().signal,
  });
  return { exitCode, ...output };
}

test("a refusal has a message and an exit code of its own", async () => {
  const { exitCode, stdout, stderr } = await refused();
  assert.deepEqual([exitCode, stdout], [2, ""], stderr);
  assert.match(stderr, /^Error: The URL "nope" can't be used\..*\n$/m);
});

test("as JSON the last line of the log and of stderr is the same refusal, which a script finds by its type", async () => {
  const { exitCode, stdout, stderr } = await refused(["--as-json"]);
  assert.deepEqual([exitCode, stdout], [2, ""], stderr);
  const lines = [...stderr.matchAll(/\{"type":"error".*/g)].map(([line]) => line);
  assert.equal(new Set(lines).size, 1);
  const { code, exitCode: reported, message } = JSON.parse(lines[0] ?? "") as Record<string, unknown>;
  assert.deepEqual([code, reported], ["bad-url", 2]);
  assert.match(String(message), /^The URL "nope" can't be used/);
});

test("on a terminal the last screen shows the refusal once, with and without JSON", async () => {
  for (const more of [[], ["--as-json"]]) {
    const { exitCode, stdout, stderr } = await refused(more, { terminal });
    assert.deepEqual([exitCode, stdout], [2, ""], stderr);
    assert.match(
      stderr,
      /\n✘ \.rollback\(\n( {2}┆ .*\n)+ {2}\): String! [\d.ms]+ ERROR\n! The URL "nope" can't be used\. /,
    );
    assert.equal(stderr.split("can't be used").length, 2);
    assert.doesNotMatch(stderr, /traceparent|"type"/);
  }
});
