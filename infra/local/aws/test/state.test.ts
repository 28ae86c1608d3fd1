import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { openState } from "../state.js";
import { temporaryDirectory } from "./local-aws.js";

test("a document is found again by the next process", async (t) => {
  const directory = await temporaryDirectory(t);
  const first = openState(directory);
  const notes = first.document<{ text: string }>("notes", () => ({ text: "" }));
  notes.value.text = "kept";
  notes.save();
  await first.close();

  const second = openState(directory);
  assert.equal(second.document("notes", () => ({ text: "" })).value.text, "kept");
  await second.close();
});

test("a document is written soon after it has changed, and only its owner can read it", async (t) => {
  const directory = await temporaryDirectory(t);
  const timers: (() => void)[] = [];
  const clock = {
    now: () => 0,
    after: (_ms: number, callback: () => void) => {
      timers.push(callback);
      return () => {};
    },
  };
  const state = openState(directory, { clock });
  const notes = state.document("notes", () => ({ count: 0 }));
  for (notes.value.count = 1; notes.value.count < 5; notes.value.count++) notes.save();
  assert.equal(timers.length, 1, "many changes are one write");
  timers[0]?.();
  await notes.flush();

  const path = join(state.path, "notes.json");
  assert.deepEqual(JSON.parse(await readFile(path, "utf8")), { count: 5 });
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  assert.equal((await stat(state.path)).mode & 0o777, 0o700);
  await state.close();
});

test("a document that cannot be written stays in memory, and a flush rejects", async (t) => {
  const directory = await temporaryDirectory(t);
  const state = openState(directory);
  const notes = state.document("missing-folder/notes", () => ({ text: "here" }));
  notes.save();
  await assert.rejects(notes.flush(), /notes\.json could not be written: ENOENT/);
  assert.equal(notes.value.text, "here");
  await assert.rejects(state.close(), /could not be written/);
});

test("a state directory in use is refused, naming the process", async (t) => {
  const directory = await temporaryDirectory(t);
  const state = openState(directory);
  assert.throws(() => openState(directory), new RegExp(`is in use by process ${process.pid}\\.`));
  await state.close();
  await openState(directory).close();
});

test("the lock of a process that has exited is taken over", async (t) => {
  const directory = await temporaryDirectory(t);
  const state = openState(directory);
  const child = spawn(process.execPath, ["-e", ""]);
  await once(child, "exit");
  await writeFile(join(state.path, "lock"), `${child.pid} 1`);
  await openState(directory).close();
});

test("the lock of a zombie process is taken over", {
  skip: !existsSync("/proc"),
}, async (t) => {
  const directory = await temporaryDirectory(t);
  const state = openState(directory);
  // The shell starts a process that ends at a line of input, and becomes a program that never waits for it.
  const parent = spawn("sh", ["-c", "exec 3<&0; (read line <&3) & echo $!; exec sleep 60"]);
  t.after(() => parent.kill());
  const pid = Number((await once(parent.stdout, "data"))[0]);
  while ((await readFile(`/proc/${parent.pid}/comm`, "utf8")) !== "sleep\n");
  parent.stdin.write("end\n");
  while (!/\) Z /.test(await readFile(`/proc/${pid}/stat`, "utf8")));
  const started = (await readFile(`/proc/${pid}/stat`, "utf8")).split(" ")[21];
  await writeFile(join(state.path, "lock"), `${pid} ${started}`);
  await openState(directory).close();
});

test("the lock of an earlier process with a pid that is in use again is taken over", async (t) => {
  const directory = await temporaryDirectory(t);
  const state = openState(directory);
  await writeFile(join(state.path, "lock"), `${process.pid} 1`);
  await openState(directory).close();
});

test("a reset forgets the documents and leaves what else is in the directory", async (t) => {
  const directory = await temporaryDirectory(t);
  await writeFile(join(directory, "other-users.txt"), "precious");
  const first = openState(directory);
  first.document("notes", () => ({ text: "old" })).save();
  await first.close();

  const second = openState(directory, { reset: true });
  assert.equal(second.document("notes", () => ({ text: "new" })).value.text, "new");
  assert.equal(await readFile(join(directory, "other-users.txt"), "utf8"), "precious");
  await second.close();
});

test("a damaged document is refused by name, with the way out", async (t) => {
  const directory = await temporaryDirectory(t);
  const state = openState(directory);
  await writeFile(join(state.path, "notes.json"), '{"text": ');
  assert.throws(() => state.document("notes", () => ({})), /notes\.json is damaged: .* Start with --reset/);
  await state.close();
});
