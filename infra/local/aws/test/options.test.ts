import assert from "node:assert/strict";
import { test } from "node:test";
import { readOptions } from "../options.js";

test("without options it listens on 4566, keeps its state in the cache and has short delays", () => {
  const options = readOptions([], { XDG_CACHE_HOME: "/cache" });
  assert.equal(options.port, 4566);
  assert.equal(options.stateDir, "/cache/slipway/aws");
  assert.equal(options.profile, "rehearsal");
});

test("limits and denied actions apply only when set", () => {
  assert.deepEqual([readOptions([], {}).limits, readOptions([], {}).deny], [false, []]);
  const options = readOptions(["--limits", "--deny", "ecs:StopTask,ecr:*"], {});
  assert.deepEqual([options.limits, options.deny], [true, ["ecs:StopTask", "ecr:*"]]);
});

test("Lambda functions are named with a command or a URL", () => {
  assert.equal(readOptions([], {}).lambda.size, 0);
  const { lambda } = readOptions(["--lambda", "gate=./gate.sh a=b", "--lambda", "other=http://127.0.0.1:1/"], {});
  assert.deepEqual(
    [...lambda],
    [
      ["gate", "./gate.sh a=b"],
      ["other", "http://127.0.0.1:1/"],
    ],
  );
});

test("an option's value that is none is refused with what is accepted", () => {
  const wrong: [string[], RegExp][] = [
    [["--port", "web"], /--port web: a number from 0 to 65535/],
    [["--port", "65536"], /--port 65536: a number from 0 to 65535/],
    [["--profile", "fast"], /--profile fast: rehearsal or aws is accepted/],
    [["--minute", "0"], /--minute 0: seconds above 0, up to 60, are accepted/],
    [["--minute", "61"], /--minute 61: seconds above 0, up to 60/],
    [["--lambda", "gate"], /--lambda gate: NAME=COMMAND or NAME=URL is accepted/],
    [["--lambda", "a b=cat"], /--lambda a b=cat: NAME=COMMAND/],
    [["--lambda", "a=cat", "--lambda", "a=cat"], /--lambda a=cat: a is named twice/],
    [["--rollback-id", "x"], /--rollback-id x: old or new is accepted/],
    [["--circuit-breaker", "off"], /--circuit-breaker off: all or rolling is accepted/],
    [["--vcpus", "few"], /--vcpus few: a number of vCPUs such as 6 is accepted/],
    [["--account", "12"], /--account 12: 12 digits are accepted/],
    [["--deny", "ecs:Update Service"], /--deny ecs:Update Service: actions such as ecs:UpdateService or ecr:\*/],
    [["--health-path", "healthz"], /--health-path healthz: a path such as \/healthz/],
    [["--health-codes", "ok"], /--health-codes ok: status codes such as 200/],
    [["--nope"], /Unknown option '--nope'/],
  ];
  for (const [args, message] of wrong) assert.throws(() => readOptions(args, {}), message);
});
