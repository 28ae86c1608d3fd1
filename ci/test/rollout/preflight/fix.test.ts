import assert from "node:assert/strict";
import { test } from "node:test";
import { AccessDeniedError } from "../../../lib/aws/errors.js";
import { tryRead } from "../../../lib/aws/try-read.js";
import { imageInRegistry } from "../../../lib/rollout/preflight/checks/images.js";
import { logGroups } from "../../../lib/rollout/preflight/checks/log-groups.js";
import { platform } from "../../../lib/rollout/preflight/checks/platform.js";
import { repository } from "../../../lib/rollout/preflight/checks/repository.js";
import { roles } from "../../../lib/rollout/preflight/checks/roles.js";
import { secrets } from "../../../lib/rollout/preflight/checks/secrets.js";
import type { Finding } from "../../../lib/rollout/preflight/finding.js";
import { facts } from "../../support/facts.js";

type Unread = { unknown: string };

/** Returns the findings when every fact that can be unreadable is unread for this reason. */
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
  return checks.flatMap((check): Finding[] => check(known)).filter(({ level }) => level === "not-checked");
}

async function unread(error: Error): Promise<Unread> {
  return (await tryRead(Promise.reject(error))) as Unread;
}

test("only a denied action is answered with the advice to allow it", async () => {
  for (const { id, fix } of findings(await unread(new AccessDeniedError("ecr:DescribeImages"))))
    assert.match(fix, /^Allow /, id);
  const refused = Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:1"), { code: "ECONNREFUSED" });
  const found = findings(await unread(refused));
  assert.equal(found.length, 6);
  for (const { id, fix } of found) assert.doesNotMatch(fix, /Allow/, id);
});
