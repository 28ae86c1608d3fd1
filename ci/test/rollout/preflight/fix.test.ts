import assert from "node:assert/strict";
import { test } from "node:test";
import { AccessDeniedError } from "../../../src/rollout/ecs/aws-errors.js";
import { knowing } from "../../../src/rollout/ecs/knowing.js";
import { imageInRegistry } from "../../../src/rollout/preflight/image.js";
import { logGroups } from "../../../src/rollout/preflight/logs.js";
import { platform } from "../../../src/rollout/preflight/platform.js";
import { repository } from "../../../src/rollout/preflight/repository.js";
import { roles } from "../../../src/rollout/preflight/roles.js";
import { secrets } from "../../../src/rollout/preflight/secrets.js";
import { facts } from "../../support/facts.js";

type Unread = { unknown: string };

/** The findings of all that can be left unread for this reason. */
function findings(unread: Unread) {
  const known = facts({
    platforms: unread,
    image: unread,
    repository: unread,
    logGroups: [{ container: "app", group: "/ecs/app", region: "us-west-2", exists: unread }],
    roles: [{ role: "arn:aws:iam::123456789012:role/run", uses: ["execution role"], state: unread }],
    secrets: [{ taker: "app", valueFrom: "arn:aws:ssm:us-west-2:123456789012:parameter/x", state: unread }],
  } as never);
  const checks = [platform, imageInRegistry, repository, logGroups, roles, secrets];
  return checks.flatMap((check) => check(known)).filter(({ level }) => level === "not-checked");
}

async function unread(error: Error): Promise<Unread> {
  return (await knowing(Promise.reject(error))) as Unread;
}

test("only a denied action is answered with the advice to allow it", async () => {
  for (const { id, fix } of findings(await unread(new AccessDeniedError("ecr:DescribeImages"))))
    assert.match(fix, /^Allow /, id);
  const refused = Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:1"), { code: "ECONNREFUSED" });
  const found = findings(await unread(refused));
  assert.equal(found.length, 6);
  for (const { id, fix } of found) assert.doesNotMatch(fix, /Allow/, id);
});
