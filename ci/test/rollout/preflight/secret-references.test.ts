import assert from "node:assert/strict";
import { test } from "node:test";
import { secretReferences } from "../../../lib/rollout/preflight/secret-references.js";

const place = { account: "123456789012", region: "us-west-2" };
const secretArn = "arn:aws:secretsmanager:eu-west-1:210987654321:secret:team/db-AbCdEf";
const inOther = { store: "secretsmanager", region: "eu-west-1", account: "210987654321", id: secretArn };
const placeOf = (valueFrom: string) =>
  secretReferences({ containerDefinitions: [{ name: "app", secrets: [{ name: "DB", valueFrom }] }] }, place)[0]?.place;

test("a container's secrets, log options, login and files are all found, with their uses", () => {
  const app = {
    name: "app",
    secrets: [{ name: "DB", valueFrom: secretArn }],
    logConfiguration: { logDriver: "splunk", secretOptions: [{ name: "splunk-token", valueFrom: "token" }] },
  };
  const proxy = {
    name: "proxy",
    repositoryCredentials: { credentialsParameter: "login" },
    environmentFiles: [{ type: "s3", value: "arn:aws:s3:::bucket/app.env" }],
  };
  const found = secretReferences({ containerDefinitions: [app, { name: "plain" }, proxy] }, place);
  const parameter = { store: "ssm", ...place, names: ["token"] };
  assert.deepEqual(found, [
    { taker: "DB of app", valueFrom: secretArn, place: inOther },
    { taker: "log option splunk-token of app", valueFrom: "token", place: parameter },
    {
      taker: "the registry's login of proxy",
      valueFrom: "login",
      place: { store: "secretsmanager", ...place, id: "login" },
    },
    { taker: "an environment file of proxy", valueFrom: "arn:aws:s3:::bucket/app.env", place: { store: "s3" } },
  ]);
});

test("a login that is an ARN is that secret", () => {
  const container = { name: "app", repositoryCredentials: { credentialsParameter: secretArn } };
  assert.deepEqual(secretReferences({ containerDefinitions: [container] }, place)[0]?.place, inOther);
});

test("a secret is named without its JSON key, and with its stage and its version", () => {
  assert.deepEqual(placeOf(`${secretArn}:password::`), inOther);
  assert.deepEqual(placeOf(`${secretArn}:password:AWSPREVIOUS:`), { ...inOther, stage: "AWSPREVIOUS" });
  assert.deepEqual(placeOf(`${secretArn}:::11111111-2222`), { ...inOther, version: "11111111-2222" });
});

test("a parameter's ARN leaves out the slash that its name may begin with", () => {
  const parameter = { store: "ssm", region: "eu-west-1", account: "210987654321" };
  const arn = (name: string) => `arn:aws:ssm:eu-west-1:210987654321:parameter/${name}`;
  assert.deepEqual(placeOf(arn("db")), { ...parameter, names: ["db", "/db"] });
  assert.deepEqual(placeOf(arn("team/db")), { ...parameter, names: ["/team/db"] });
  assert.deepEqual(placeOf(arn("team/db:3")), { ...parameter, names: ["/team/db"] });
});

test("text that is not an ARN is a parameter's name, in the account and region of the service", () => {
  assert.deepEqual(placeOf("/team/db:3"), { store: "ssm", ...place, names: ["/team/db"] });
  assert.deepEqual(placeOf("db"), { store: "ssm", ...place, names: ["db"] });
});
