import assert from "node:assert/strict";
import { test } from "node:test";
import { checkName, wantedTarget } from "../../lib/init/arguments.js";

const wanted = (keys: string, region?: string) =>
  wantedTarget({ cluster: "main", serviceName: "api", region, role: undefined }, keys).region;

test("the region is that of the argument, else the one beside the keys", () => {
  const keys = "AWS_ACCESS_KEY_ID=AKIA1\nAWS_SECRET_ACCESS_KEY=x\n";
  assert.equal(wanted(`${keys}AWS_REGION=eu-west-1`, "us-west-2"), "us-west-2");
  for (const line of [
    "export AWS_REGION=eu-west-1",
    'AWS_DEFAULT_REGION="eu-west-1"',
    '$Env:AWS_REGION="eu-west-1"',
    "region = eu-west-1",
  ])
    assert.equal(wanted(`${keys}${line}\n`), "eu-west-1", line);
  for (const none of [keys, '{"AccessKeyId": "a"}', `${keys}AWS_REGION=nowhere`])
    assert.throws(() => wanted(none), { code: "no-region", exitCode: 2, message: /--region us-west-2/ });
});

test("a name that points outside the directory of targets is refused", () => {
  for (const name of ["", "../x", "a/b", ".env", "-x", "a b", "x".repeat(101)])
    assert.throws(() => checkName(name), { code: "bad-name", exitCode: 2 });
  for (const name of ["production", "eu-1.blue", "a"]) checkName(name);
});
