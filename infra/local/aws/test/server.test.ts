import assert from "node:assert/strict";
import { chown, readFile, stat, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { CreateRepositoryCommand, DescribeRepositoriesCommand } from "@aws-sdk/client-ecr";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { startLocalAws } from "../server.js";
import { clientsOf, localAws, registryLogin, send, simulated, temporaryDirectory } from "./local-aws.js";

test("endpoint and keys are written to files that only the owner can read", async (t) => {
  const { aws, stateDir } = await localAws(t);
  const endpoint = JSON.parse(await readFile(join(stateDir, "endpoint.json"), "utf8"));
  assert.deepEqual(endpoint, { url: aws.url, port: aws.port, pid: process.pid });
  const credentials = JSON.parse(await readFile(join(stateDir, "credentials.json"), "utf8"));
  assert.deepEqual(credentials, aws.credentials);
  for (const name of ["endpoint.json", "credentials.json"]) {
    assert.equal((await stat(join(stateDir, name))).mode & 0o777, 0o600, name);
  }
});

test("each state directory has keys of its own, which survive a restart and a reset", async (t) => {
  const [one, other] = [await localAws(t), await localAws(t)];
  assert.notEqual(one.aws.credentials.SecretAccessKey, other.aws.credentials.SecretAccessKey);
  await one.aws.close();
  const again = await startLocalAws({ ...simulated, stateDir: one.stateDir, reset: true });
  assert.deepEqual(again.credentials, one.aws.credentials);
  await again.close();
});

test("a file of other credentials in the state directory is neither used nor shown", async (t) => {
  const stateDir = await temporaryDirectory(t);
  await writeFile(join(stateDir, "credentials.json"), '{"private_key": "s3cret"}');
  await assert.rejects(startLocalAws({ ...simulated, stateDir }), (error: Error) => {
    assert.match(error.message, /credentials\.json holds no keys of a local AWS/);
    assert.doesNotMatch(error.message, /s3cret/);
    return true;
  });
});

test("keys that another user has put into the state directory are refused", {
  skip: process.geteuid?.() !== 0 && "only root can give a file away",
}, async (t) => {
  const stateDir = await temporaryDirectory(t);
  const path = join(stateDir, "credentials.json");
  await writeFile(path, '{"Version": 1, "AccessKeyId": "AKIAKNOWN", "SecretAccessKey": "known"}');
  await chown(path, 65534, 65534);
  await assert.rejects(
    startLocalAws({ ...simulated, stateDir }),
    /credentials\.json belongs to user 65534\. Move it away/,
  );
});

test("a port in use is refused by its number, and the state directory is free again", async (t) => {
  const { aws } = await localAws(t);
  const stateDir = await temporaryDirectory(t);
  await assert.rejects(
    startLocalAws({ ...simulated, stateDir, port: aws.port }),
    new RegExp(`Port ${aws.port} .* is in use`),
  );
  await (await startLocalAws({ ...simulated, stateDir })).close();
});

test("a second local AWS on the same state directory is refused", async (t) => {
  const { stateDir } = await localAws(t);
  await assert.rejects(startLocalAws({ ...simulated, stateDir }), /is in use by process/);
});

test("repositories and registry logins survive a restart, and a reset clears them", async (t) => {
  const { aws, stateDir, ecr } = await localAws(t);
  await ecr.send(new CreateRepositoryCommand({ repositoryName: "kept" }));
  const login = await registryLogin(ecr);
  await aws.close();

  const second = await startLocalAws({ ...simulated, stateDir });
  const found = await clientsOf(second).ecr.send(new DescribeRepositoriesCommand({}));
  assert.deepEqual(
    found.repositories?.map((each) => each.repositoryName),
    ["kept"],
  );
  assert.equal((await send(`${second.url}/v2/`, { headers: login })).status, 200);
  await second.close();

  const third = await startLocalAws({ ...simulated, stateDir, reset: true });
  assert.deepEqual((await clientsOf(third).ecr.send(new DescribeRepositoriesCommand({}))).repositories, []);
  assert.equal((await send(`${third.url}/v2/`, { headers: login })).status, 401);
  await third.close();
});

test("a reset that finds its port in use forgets nothing", async (t) => {
  const { aws } = await localAws(t);
  const stateDir = await temporaryDirectory(t);
  const first = await startLocalAws({ ...simulated, stateDir });
  await clientsOf(first).ecr.send(new CreateRepositoryCommand({ repositoryName: "kept" }));
  await first.close();

  await assert.rejects(
    startLocalAws({ ...simulated, stateDir, reset: true, port: aws.port }),
    new RegExp(
      `^Error: Port ${aws.port} on 127\\.0\\.0\\.1 is in use\\. Pass another --port, or 0 for any free port\\.$`,
    ),
  );

  const second = await startLocalAws({ ...simulated, stateDir });
  const found = await clientsOf(second).ecr.send(new DescribeRepositoriesCommand({}));
  await second.close();
  assert.equal(found.repositories?.length, 1);
});

test("nothing listens outside loopback", async (t) => {
  const { aws } = await localAws(t);
  const outside = Object.values(networkInterfaces())
    .flat()
    .find((each) => each?.family === "IPv4" && !each.internal);
  if (!outside) return t.skip("this machine has no other address");
  const refused = await new Promise<string>((resolve) => {
    const socket = connect(aws.port, outside.address);
    socket.on("connect", () => resolve("connected"));
    socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? ""));
    socket.on("close", () => socket.destroy());
  });
  assert.equal(refused, "ECONNREFUSED");
});

test("pages in a browser get neither API nor registry", async (t) => {
  const { aws } = await localAws(t);
  const origin = { origin: "http://evil.example" };
  const api = await send(aws.url, {
    method: "POST",
    headers: { ...origin, "x-amz-target": "AmazonEC2ContainerServiceV20141113.ListClusters" },
  });
  assert.equal(api.status, 403);
  const form = await send(aws.url, {
    method: "POST",
    headers: { ...origin, authorization: "AWS4-HMAC-SHA256 Credential=x" },
  });
  assert.equal(form.status, 403);
  assert.equal((await send(`${aws.url}/v2/`, { headers: origin })).status, 403);
});

test("the caller is who the keys belong to", async (t) => {
  const { sts } = await localAws(t, { account: "210987654321" });
  const caller = await sts.send(new GetCallerIdentityCommand({}));
  assert.equal(caller.Account, "210987654321");
  assert.equal(caller.Arn, "arn:aws:iam::210987654321:user/local");
});

test("what is neither API nor registry goes to the load balancer, also from a browser", async (t) => {
  const { aws } = await localAws(t);
  const headers = { host: "app.example.com", origin: "http://app.example.com" };
  assert.equal((await send(`${aws.url}/v2022/news`, { headers })).body.toString(), "to app.example.com");
});
