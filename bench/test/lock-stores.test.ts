/** Locks in a bucket and in a table of the local AWS, over HTTP with the published SDK, two users at once and with lost responses. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { CreateTableCommand, DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import type { Service } from "@aws-sdk/client-ecs";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { type Aws, createAws } from "../../ci/lib/aws/clients.js";
import type { Target } from "../../ci/lib/config/target.js";
import {
  lockService,
  readNamedLock,
  refuseLocked,
  unlockService,
  waitForUnlock,
} from "../../ci/lib/rollout/lock/lock.js";
import type { Session } from "../../ci/lib/rollout/session.js";
import {
  createFaults,
  createSimulatedLoadBalancer,
  createSimulatedRuntime,
  type PolicyStatement,
  startLocalAws,
  systemClock,
} from "../../infra/local/aws/index.js";

const where = { account: "123456789012", region: "us-west-2", cluster: "main", service: "web" };
const bucket = "team-locks";
const path = "123456789012/us-west-2/main/web";

/** The stores, each with the place of its lock, and a write of a lock in a foreign format. */
const stores = {
  s3: {
    lock: { s3: `s3://${bucket}/slipway` },
    place: `s3://team-locks/slipway/${path}.lock.json`,
    write: "PutObject",
    remove: "DeleteObject",
    missing: /NoSuchBucket.*Create the bucket team-locks, or correct `lock` in the target\.$/,
    denied:
      /s3:ListBucket is not permitted\. .* Allow s3:GetObject, s3:PutObject and s3:DeleteObject on arn:aws:s3:::team-locks\/slipway\/\*, and s3:ListBucket on arn:aws:s3:::team-locks: without it/,
    allowed: ["s3:GetObject"],
  },
  dynamodb: {
    lock: { dynamodb: bucket },
    place: `the table team-locks, item slipway/${path}`,
    write: "PutItem",
    remove: "DeleteItem",
    missing:
      /ResourceNotFoundException.*Create the table team-locks in us-west-2 with the partition key LockID of type String/,
    denied:
      /dynamodb:GetItem is not permitted\. .* Allow dynamodb:GetItem, dynamodb:PutItem and dynamodb:DeleteItem on arn:aws:dynamodb:us-west-2:123456789012:table\/team-locks\.$/,
    allowed: [],
  },
} as const;

async function scene(t: TestContext, lock: NonNullable<Target["lock"]>, isCreated = true) {
  const stateDir = await mkdtemp(join(tmpdir(), "slipway-lock-stores-"));
  const faults = createFaults({ clock: systemClock });
  const statements: PolicyStatement[] = [];
  const reader = {
    accessKeyId: "AKIAREADER0000000001",
    secretAccessKey: "readerreader",
    arn: "arn:aws:iam::123456789012:user/reader",
    userId: "AIDAREADER0000000001",
    policy: { Statement: statements },
  };
  const aws = await startLocalAws({
    stateDir,
    faults,
    principals: [reader],
    log: assert.fail,
    runtime: ({ clock }) => createSimulatedRuntime(clock, () => ({})),
    loadBalancer: ({ clock }) => ({ ...createSimulatedLoadBalancer(clock), handle: (_, response) => response.end() }),
  });
  t.after(async () => {
    await aws.close();
    await rm(stateDir, { recursive: true, force: true });
  });
  const credentials = { accessKeyId: aws.credentials.AccessKeyId, secretAccessKey: aws.credentials.SecretAccessKey };
  const config = { region: where.region, endpoint: aws.url, credentials };
  const s3 = new S3Client({ ...config, forcePathStyle: true });
  const dynamodb = new DynamoDBClient(config);
  if (isCreated) {
    await s3.send(new CreateBucketCommand({ Bucket: bucket }));
    await dynamodb.send(
      new CreateTableCommand({
        TableName: bucket,
        KeySchema: [{ AttributeName: "LockID", KeyType: "HASH" }],
        AttributeDefinitions: [{ AttributeName: "LockID", AttributeType: "S" }],
        BillingMode: "PAY_PER_REQUEST",
      }),
    );
  }
  const tags: { key: string; value: string }[] = [];
  const service = { serviceArn: "arn:aws:ecs:us-west-2:123456789012:service/main/web", tags };
  const ecs = {
    send: async ({ constructor: { name } }: object) => {
      if (name === "UntagResourceCommand") tags.splice(0);
      return { services: [{ ...service, tags: [...tags] }] };
    },
  };
  let now = 1_000;
  const lines: string[] = [];
  const clock = {
    now: () => now,
    sleep: async (ms: number) => {
      now += ms;
      await session.onSleep?.();
    },
  };
  const as = (keys: { accessKeyId: string; secretAccessKey: string }): Aws => {
    const { lazy } = createAws({ ...config, credentials: keys });
    return { ecs, lazy } as unknown as Aws;
  };
  const session: Session & { onSleep?: () => Promise<unknown> } = {
    aws: as(credentials),
    target: { ...where, lock } as Target,
    clock: clock as unknown as Session["clock"],
    progress: (line) => void lines.push(line),
  };
  const limited = { ...session, aws: as(reader) };
  return { session, limited, statements, faults, tags, lines, service: service as Service, s3, dynamodb };
}

const lockAs = (user: string, id = user) => ({
  id,
  by: `arn:aws:iam::123456789012:user/${user}`,
  reason: "freeze OPS-12",
});

for (const [name, { lock, place, write, remove, missing, denied, allowed }] of Object.entries(stores)) {
  test(`${name}: of two users who lock at once exactly one wins, and the other one sees the winner`, async (t) => {
    const { session } = await scene(t, lock);
    for (let round = 0; round < 5; round++) {
      const users = ["alice", "bob", "carol"];
      const results = await Promise.allSettled(users.map((user) => lockService(session, lockAs(user, user + round))));
      const won = results.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
      assert.equal(won.length, 1);
      for (const one of results) {
        if (one.status === "fulfilled") continue;
        assert.match(one.reason.message, new RegExp(`web is locked already: by ${won[0]?.by} since .*freeze OPS-12`));
      }
      assert.deepEqual(await readNamedLock(session), won[0]);
      assert.deepEqual(await unlockService(session), won);
      assert.deepEqual(await unlockService(session), []);
    }
  });

  test(`${name}: a lock and its removal count although their responses are lost`, async (t) => {
    const { session, faults } = await scene(t, lock);
    faults.replace([{ kind: "reset", effect: true, operation: write, times: 1 }]);
    assert.equal((await lockService(session, lockAs("alice"))).by, "user/alice");
    faults.replace([{ kind: "reset", effect: true, operation: remove, times: 1 }]);
    assert.equal((await unlockService(session)).length, 1);
    assert.equal(await readNamedLock(session), undefined);
  });

  test(`${name}: unlock leaves a lock that was set since it read the earlier one`, async (t) => {
    const { session, faults } = await scene(t, lock);
    await lockService(session, lockAs("alice"));
    let isReplaced = false;
    const client = await (name === "s3" ? session.aws.lazy.s3() : session.aws.lazy.dynamodb());
    const lazy = {
      ...session.aws.lazy,
      [name]: async () => ({
        send: async (command: object, ...rest: unknown[]) => {
          if (command.constructor.name === `${remove}Command` && !isReplaced) {
            isReplaced = true;
            await unlockService(session);
            await lockService(session, lockAs("bob"));
          }
          return await (client.send as (...args: unknown[]) => unknown)(command, ...rest);
        },
      }),
    };
    await assert.rejects(unlockService({ ...session, aws: { ...session.aws, lazy } }), {
      exitCode: 2,
      message: /was removed and set again since it was read, by user\/alice .*the new one stays/,
    });
    assert.equal((await readNamedLock(session))?.by, "user/bob");
    assert.deepEqual(faults.injected, []);
  });

  test(`${name}: a missing place and a missing permission refuse, and name the fix`, async (t) => {
    const without = await scene(t, lock, false);
    for (const act of [() => lockService(without.session, lockAs("alice")), () => unlockService(without.session)]) {
      await assert.rejects(act(), { exitCode: 2, code: "lock-unreadable", message: missing });
    }
    const { limited, statements, service } = await scene(t, lock);
    statements.push({ Effect: "Allow", Action: [...allowed], Resource: "*" });
    await assert.rejects(refuseLocked(limited, service, "Nothing was changed"), { exitCode: 2, message: denied });
  });

  test(`${name}: a deploy waits until the lock is removed, and scale is refused meanwhile`, async (t) => {
    const { session, lines, service } = await scene(t, lock);
    await lockService(session, lockAs("alice"));
    await assert.rejects(
      refuseLocked(session, service, "Its number of tasks stays 1"),
      /is locked by user\/alice .*stays 1/,
    );
    let sleeps = 0;
    session.onSleep = async () => {
      if (++sleeps === 3) await unlockService(session);
    };
    await waitForUnlock(session, 600_000);
    assert.equal(session.clock.now(), 31_000);
    assert.deepEqual(lines, [
      "+0:00 Waiting: web is locked, by user/alice since 1970-01-01T00:00:01.000Z, reason: freeze OPS-12.",
    ]);
  });

  test(`${name}: a lock in another format locks too, and so does a tag beside the place`, async (t) => {
    const { session, tags, s3, dynamodb } = await scene(t, lock);
    if (name === "s3") {
      const Key = `slipway/${path}.lock.json`;
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: "by hand" }));
    } else {
      const Item = { LockID: { S: `slipway/${path}` }, Info: { S: "by hand" } };
      await dynamodb.send(new PutItemCommand({ TableName: bucket, Item }));
    }
    const { since, reason } = (await readNamedLock(session)) ?? {};
    assert.deepEqual([since, reason], [0, "by hand"]);
    tags.push({ key: "slipway:lock", value: "2026-01-01T00:00:00.000Z user/dan tagged" });
    const removed = await unlockService(session);
    assert.deepEqual(
      removed.map((one) => one.reason),
      ["by hand", "tagged"],
    );
    tags.push({ key: "slipway:lock", value: "2026-01-01T00:00:00.000Z user/dan tagged" });
    await assert.rejects(lockService(session, lockAs("alice")), /is locked already: by user\/dan/);
    assert.ok(place.includes("web"));
  });
}
