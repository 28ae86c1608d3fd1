import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseDrills, nearest, readTarget } from "../drills/choose-drills.js";
import { help, readOptions } from "../drills/drill-options.js";

test("drills run in virtual time by default", () => {
  assert.equal(readOptions([]).time, "virtual");
  for (const time of ["virtual", "real", "containers"]) assert.equal(readOptions(["--time", time]).time, time);
});

test("a time in which no drill can run is refused", () => {
  const refusal = /--time moon: accepted are virtual, real, containers\./;
  assert.throws(() => readOptions(["--time", "moon"]), refusal);
});

test("fewer drills run in parallel with containers than with simulated tasks", () => {
  assert.equal(readOptions(["--time", "real"]).jobs, 8);
  assert.equal(readOptions(["--time", "containers"]).jobs, 3);
  assert.equal(readOptions(["--time", "containers", "--jobs", "1"]).jobs, 1);
});

for (const [args, message] of [
  [["--list", "--seed", "3"], /--seed has no effect with --list/],
  [["--kill", "--name", "succeeds", "--time", "real"], /--time has no effect with --kill and --name/],
  [["--kill", "--name", "succeeds", "--jobs", "2"], /--jobs has no effect with --kill and --name/],
  [["--every", "3"], /--every has no effect without --kill/],
  [["--jobs", "2"], /--jobs has no effect in virtual time/],
  [["--phases", "8", "--time", "real"], /--phases has no effect with --time real/],
  [["--speed", "aws"], /--speed has no effect in virtual time/],
  [["--time", "real", "--seed", "3"], /--seed has no effect with --time real/],
] as const) {
  test(`${args.join(" ")} is refused, because a part of it would have no effect`, () => {
    assert.throws(() => readOptions([...args]), message);
  });
}

test("options that go together are accepted", () => {
  assert.equal(readOptions(["--kill", "--every", "3", "--jobs", "2"]).every, 3);
  assert.equal(readOptions(["--list", "--name", "succeeds", "--target", "staging"]).list, true);
  assert.equal(readOptions(["--seed", "3", "--desired-count", "4"]).seed, 3);
  assert.equal(readOptions(["--time", "real", "--speed", "aws", "--jobs", "2"]).speed, "aws");
});

test("the help describes each time", () => {
  for (const time of ["virtual", "real", "containers"]) assert.match(help, new RegExp(`^ +(--time )?${time} `, "m"));
});

const some = ["succeeds", "succeeds-on-120-tasks", "slow-drain", "exits-once"].map((name) => ({ name }));
const chosen = (...names: string[]) => chooseDrills(some, names).map(({ name }) => name);

test("a drill is selected by its full name, or with others by a prefix", () => {
  assert.deepEqual(chosen("succeeds"), ["succeeds"]);
  assert.deepEqual(chosen("succ"), ["succeeds", "succeeds-on-120-tasks"]);
  assert.equal(chosen().length, some.length);
});

test("an unknown drill is refused with the three most similar names", () => {
  for (const name of ["no-such-drill", ""]) assert.throws(() => chosen("succeeds", name), /no such drill\. Nearest: /);
  assert.deepEqual(nearest("exit-once", ["slow-drain", "exits-once", "succeeds"])[0], "exits-once");
  assert.deepEqual(nearest("drain-slowly", ["succeeds", "exits-once", "slow-drain"])[0], "slow-drain");
});

test("an unknown target is refused with the existing ones", async () => {
  await assert.rejects(
    readTarget("../targets/production"),
    /--target \.\.\/targets\/production.*Accepted: production\./,
  );
  assert.ok((await readTarget("production")).service);
});
