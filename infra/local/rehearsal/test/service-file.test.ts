import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { BadInput } from "../bad-input.js";
import { readServiceFile, readTerraformFile } from "../service-file.js";

let directory: string;
before(async () => {
  directory = await mkdtemp(join(tmpdir(), "slipway-file-"));
});
after(() => rm(directory, { recursive: true }));

async function read(text: string) {
  const path = join(directory, "service.json");
  await writeFile(path, text);
  return readServiceFile(path);
}

const target = { region: "us-west-2", cluster: "main", service: "api" };
const taskDefinition = { family: "api", containerDefinitions: [{ name: "api", image: "api:1" }] };

test("a target of three keys is read, with a byte order mark too", async () => {
  for (const mark of ["", "\uFEFF"])
    assert.deepEqual(await read(mark + JSON.stringify(target)), { kind: "target", target, notes: [] });
});

test("what leads to other accounts is left out of the target, with a note for each", async () => {
  const file = await read(JSON.stringify({ ...target, role: "arn:aws:iam::123456789012:role/x", registry: {} }));
  assert.ok(file.kind === "target");
  assert.deepEqual(file.target, target);
  assert.deepEqual(
    file.notes.map((note) => note.split(":")[0]),
    ["role", "registry"],
  );
});

test("a task definition is read as describe-task-definition prints it and as it is registered", async () => {
  for (const json of [taskDefinition, { taskDefinition, tags: [] }])
    assert.deepEqual(await read(JSON.stringify(json)), { kind: "task definition", taskDefinition });
});

test("size and port come from Terraform's file beside the target, where there is one", async () => {
  const path = join(directory, "sized.json");
  assert.deepEqual(await readTerraformFile(path), {});
  const beside = { containerPort: 5000, cpu: 256, memory: 512, desiredCount: 2 };
  await writeFile(
    join(directory, "sized.terraform.json"),
    JSON.stringify({ ...beside, other: 1, launchType: "FARGATE" }),
  );
  assert.deepEqual(await readTerraformFile(path), beside);
});

test("a file that is not there, no JSON, or neither of both is refused with what is accepted", async () => {
  const refused = async (reading: Promise<unknown>, message: RegExp) =>
    assert.rejects(reading, (error) => error instanceof BadInput && message.test(error.message));
  await refused(
    readServiceFile(join(directory, "none.json")),
    /can't be read: there is no such file\. Accepted: a target, such as/,
  );
  await refused(readServiceFile(directory), /can't be read: EISDIR/);
  await refused(read("region: us-west-2"), /is not JSON: .*Accepted: a target/);
  await refused(
    read('{ "region": "us-west-2" }'),
    /neither a target \(cluster, service missing\) nor a task definition/,
  );
  for (const json of ["[]", "null", "3", '{ "taskDefinition": "api:3" }'])
    await refused(read(json), /neither a target/);
});
