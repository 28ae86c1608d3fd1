import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { readSecrets } from "../../../lib/rollout/preflight/checks/secrets.js";
import { type FakeResponse, Fault, fakeAws, type Script } from "../../support/fake-aws.js";
import { target } from "../../support/scripted-ecs.js";
import { virtualClock } from "../../support/virtual-clock.js";

const secretArn = (name: string, account = target.account, region = target.region) =>
  `arn:aws:secretsmanager:${region}:${account}:secret:${name}`;
const parameterArn = (name: string, account = target.account, region = target.region) =>
  `arn:aws:ssm:${region}:${account}:parameter/${name}`;
const current = { VersionIdsToStages: { one: ["AWSCURRENT"], two: ["AWSPREVIOUS", "blue"] } };
const parameters = (...names: string[]) => ({ Parameters: names.map((Name) => ({ Name })) });

async function scene(t: TestContext, script: Script) {
  const fake = await fakeAws(script);
  t.after(() => fake.close());
  const session = { aws: fake.aws, target, clock: virtualClock(), progress: () => undefined };
  const read = async (...values: string[]) => {
    const secrets = values.map((valueFrom, index) => ({ name: `S${index}`, valueFrom }));
    const facts = await readSecrets(session, { containerDefinitions: [{ name: "app", secrets }] });
    return facts.map(({ state }) => ("value" in state ? state.value : `unknown: ${state.unknown}`));
  };
  return { fake, session, read };
}
const describing = (answer: FakeResponse) => ({ DescribeSecret: () => answer });

test("a secret that several variables take a part of is read once, without the part", async (t) => {
  const { fake, read } = await scene(t, describing(current));
  const db = secretArn("db-AbCdEf");
  assert.deepEqual(await read(`${db}:user::`, `${db}:password::`), ["there", "there"]);
  assert.deepEqual(fake.calls, [{ operation: "DescribeSecret", input: { SecretId: db } }]);
});

test("a task without secrets needs no call", async (t) => {
  const { fake, read } = await scene(t, {});
  assert.deepEqual(await read(), []);
  assert.deepEqual(fake.calls, []);
});

test("a secret that is missing, or scheduled for deletion, is reported so", async (t) => {
  const { fake, read } = await scene(t, describing(new Fault("ResourceNotFoundException", "can't find the secret")));
  assert.deepEqual(await read(secretArn("db")), ["missing"]);
  fake.script.DescribeSecret = () => ({ ...current, DeletedDate: 1_700_000_000 });
  assert.deepEqual(await read(secretArn("db")), ["being-deleted"]);
});

test("the named version must exist, and the current one where none is named", async (t) => {
  const { fake, read } = await scene(t, describing(current));
  const db = secretArn("db");
  const named = ["", "::AWSPREVIOUS:", ":::two", "::blue:two", "::green:", ":::three", "::AWSCURRENT:two"];
  assert.deepEqual(await read(...named.map((one) => db + one)), [
    "there",
    "there",
    "there",
    "there",
    "no-such-version",
    "no-such-version",
    "no-such-version",
  ]);
  fake.script.DescribeSecret = () => ({ VersionIdsToStages: { two: ["AWSPREVIOUS"] } });
  assert.deepEqual(await read(db), ["no-such-version"]);
  fake.script.DescribeSecret = () => ({});
  assert.deepEqual(await read(db), ["unknown: its versions are not in the answer"]);
});

test("a secret of another account that is not listed may exist", async (t) => {
  const { read } = await scene(t, describing(new Fault("ResourceNotFoundException", "can't find the secret")));
  assert.deepEqual(await read(secretArn("db", "210987654321")), ["unknown: account 210987654321 does not show it"]);
});

test("parameters are read by name, all of a region at once, without their values", async (t) => {
  const { fake, read } = await scene(t, { DescribeParameters: () => parameters("/team/db", "plain") });
  const values = [parameterArn("team/db"), parameterArn("plain"), "/team/other", parameterArn("absent")];
  assert.deepEqual(await read(...values), ["there", "there", "missing", "missing"]);
  const Values = ["/team/db", "plain", "/plain", "/team/other", "absent", "/absent"];
  assert.deepEqual(fake.calls, [
    { operation: "DescribeParameters", input: { ParameterFilters: [{ Key: "Name", Option: "Equals", Values }] } },
  ]);
});

test("a page of parameters without any is not the last one", async (t) => {
  const { read } = await scene(t, {
    DescribeParameters: ({ NextToken }) => (NextToken === "2" ? parameters("/db") : { NextToken: "2" }),
  });
  assert.deepEqual(await read("/db"), ["there"]);
});

test("more names than one filter accepts are read in several calls", async (t) => {
  const names = Array.from({ length: 51 }, (_, index) => `/team/${index}`);
  const { fake, read } = await scene(t, {
    DescribeParameters: ({ ParameterFilters }) => {
      const [{ Values = [] } = {}] = ParameterFilters as { Values?: string[] }[];
      return Values.length > 50 ? new Fault("ValidationException", "at most 50") : parameters(...Values);
    },
  });
  assert.deepEqual(new Set(await read(...names)), new Set(["there"]));
  assert.equal(fake.sent("DescribeParameters").length, 2);
});

test("parameters of another account, and unlisted ones, are unknown and not read", async (t) => {
  const { fake, read } = await scene(t, { DescribeParameters: () => parameters() });
  assert.deepEqual(
    await read(
      parameterArn("db", "210987654321"),
      "/aws/reference/secretsmanager/db",
      parameterArn("aws/service/x", ""),
    ),
    [
      "unknown: it is in account 210987654321, not in 123456789012",
      "unknown: names below /aws/ are not listed",
      "unknown: names below /aws/ are not listed",
    ],
  );
  assert.deepEqual(fake.calls, []);
});

test("secrets in another region are read there", async (t) => {
  const { fake, session } = await scene(t, {
    DescribeSecret: () => current,
    DescribeParameters: () => parameters("/db"),
  });
  const regions: string[] = [];
  const { secretsManager, ssm } = fake.aws.lazy;
  const recording =
    <T>(open: (region: string) => T) =>
    (region: string) => {
      regions.push(region);
      return open(region);
    };
  const lazy = {
    ...fake.aws.lazy,
    secretsManager: recording(secretsManager),
    ssm: recording(ssm),
  };
  const secrets = [
    secretArn("db", target.account, "eu-west-1"),
    parameterArn("db", target.account, "eu-north-1"),
    "/db",
  ];
  const containers = [{ name: "app", secrets: secrets.map((valueFrom) => ({ name: valueFrom, valueFrom })) }];
  const facts = await readSecrets({ ...session, aws: { ...fake.aws, lazy } }, { containerDefinitions: containers });
  assert.deepEqual(
    facts.map(({ state }) => state),
    [{ value: "there" }, { value: "there" }, { value: "there" }],
  );
  assert.deepEqual(regions.sort(), ["eu-north-1", "eu-west-1", "us-west-2"]);
});

test("a file in S3 is not read", async (t) => {
  const { session } = await scene(t, {});
  const environmentFiles = [{ type: "s3", value: "arn:aws:s3:::bucket/app.env" }];
  const [found] = await readSecrets(session, { containerDefinitions: [{ name: "app", environmentFiles }] });
  assert.deepEqual(found?.state, { unknown: "files in S3 are not checked" });
});

test("missing permissions are named, and an AWS without these services has no findings", async (t) => {
  const { fake, read } = await scene(t, {});
  const values = [secretArn("db"), parameterArn("db")];
  const nothing = "unknown: this AWS does not offer it";
  assert.deepEqual(await read(...values), [nothing, nothing]);
  const denied = () => new Fault("AccessDeniedException", "no");
  Object.assign(fake.script, { DescribeSecret: denied, DescribeParameters: denied });
  assert.deepEqual(await read(...values), [
    "unknown: secretsmanager:DescribeSecret is not permitted",
    "unknown: ssm:DescribeParameters is not permitted",
  ]);
});
