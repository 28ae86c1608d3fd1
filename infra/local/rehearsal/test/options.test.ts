import assert from "node:assert/strict";
import { test } from "node:test";
import { help, parseOptions } from "../options.js";

test("without options the stand-in runs on any free port and nothing is kept", () => {
  const options = parseOptions([]);
  assert.deepEqual(
    { engine: options.engine, port: options.port, keep: options.keep, yes: options.yes },
    { engine: "stand-in", port: 0, keep: false, yes: false },
  );
});

test("an engine that is not offered is refused with what is accepted", () => {
  assert.throws(() => parseOptions(["--engine", "docker"]), /"docker".*Accepted: stand-in, dagger/);
});

test("a port outside the range is refused with what is accepted", () => {
  for (const port of ["65536", "-1", "http", ""]) {
    assert.throws(() => parseOptions([`--port=${port}`]), /Accepted: 0 \(any free port\) to 65535/);
  }
});

test("a strategy that does not exist is refused with what is accepted, and the default is rolling", () => {
  assert.equal(parseOptions([]).strategy, "rolling");
  assert.equal(parseOptions(["--strategy", "blue-green"]).strategy, "blue-green");
  assert.throws(
    () => parseOptions(["--strategy", "BLUE_GREEN"]),
    /--strategy was "BLUE_GREEN"\. Accepted: rolling, blue-green, linear, canary\./,
  );
});

test("an unknown option is refused by its name", () => {
  assert.throws(() => parseOptions(["--kep"]), /--kep/);
});

test("paths of a service of the user's start at the user's directory, and its target has a default", () => {
  const { app, target } = parseOptions(["--app", "../api"], "/home/me/slipway");
  assert.deepEqual([app, target], ["/home/me/api", "/home/me/api/infra/targets/production.json"]);
  assert.equal(parseOptions(["--app", ".", "--target", "t.json"], "/srv").target, "/srv/t.json");
});

test("what belongs to a service of the user's is refused without one, and drills with one", () => {
  assert.throws(() => parseOptions(["--container", "web"]), /accepted with --app/);
  assert.throws(() => parseOptions(["--target", "t.json"]), /--target FILE is also accepted with --app DIR/);
  assert.throws(() => parseOptions(["--app", ".", "--drills"]), /not accepted with --app/);
});

test("the help names every option", () => {
  for (const name of Object.keys(parseOptions(["--app", "."]))) assert.match(help, new RegExp(`--${name}\\b`));
});

test("--stop is accepted alone: with any other option a part of the command line would have no effect", () => {
  assert.equal(parseOptions(["--stop"]).stop, true);
  for (const other of [["--keep"], ["--port", "4566"], ["--yes"], ["--engine", "dagger"], ["--drills"]])
    assert.throws(() => parseOptions(["--stop", ...other]), /--stop is not accepted with other options/);
});
