import assert from "node:assert/strict";
import { test } from "node:test";
import { auditRecord, eventText, recordId } from "../../lib/audit/audit-record.js";
import { writeAudit } from "../../lib/audit/write-audit.js";
import type { Target } from "../../lib/config/target.js";
import type { RolloutResult } from "../../lib/rollout/result.js";
import { directAws } from "../support/direct-aws.js";
import { Fault, type Script } from "../support/fake-aws.js";
import { release, revisionArn, target } from "../support/scripted-ecs.js";
import { virtualClock } from "../support/virtual-clock.js";

const { account, region, cluster, service, container } = target;
const result = {
  verdict: "deployed",
  exitCode: 0,
  reason: "ECS completed it.",
  changed: true,
  where: { account, region, cluster, service, container },
  release,
  taskDefinition: revisionArn(8),
  deployment: {},
  startedAt: 1,
  endedAt: 2,
} as unknown as RolloutResult;
const call = { verb: "deploy", caller: "arn:aws:iam::123456789012:user/alice", run: "r1" } as const;
const audit = { s3: "s3://records/slipway", logGroup: "/slipway/audit" };

async function write(script: Script, places: Target["audit"] = audit) {
  const fake = directAws(script);
  const lines: string[] = [];
  const progress = (line: string) => void lines.push(line);
  const session = { aws: fake.aws, target: { ...target, audit: places } as Target, clock: virtualClock(), progress };
  await writeAudit(session, result, call);
  return { fake, lines };
}

test("a record's id is that of its deployment, and of its verdict while the deployment goes on", () => {
  const id = `${account}/${region}/${cluster}/${service}/service-8`;
  assert.equal(recordId(target, result), id);
  assert.equal(recordId(target, { ...result, verdict: "timed-out" }), `${id}.timed-out`);
});

test("an event that would be too long is without the report, and names its size", () => {
  const report = { unavailable: "é".repeat(140_000) };
  const record = auditRecord(target, result, call, 3, report);
  const text = eventText(record);
  assert.ok(Buffer.byteLength(text) + 26 <= 256 * 1024);
  assert.match(JSON.parse(text).report.unavailable, /^it has 28\d{4} bytes, and a log event takes 262118$/);
  assert.equal(eventText({ ...record, report: { unavailable: "no" } }).includes('"unavailable":"no"'), true);
});

test("nothing is written where the target names no place", async () => {
  const { fake, lines } = await write({}, {});
  assert.deepEqual([fake.calls, lines], [[], []]);
});

test("a failed write is a warning, and the other place still gets the record", async () => {
  const { fake, lines } = await write({
    PutObject: () => new Fault("NoSuchBucket", "The specified bucket does not exist."),
    CreateLogStream: () => new Fault("ResourceAlreadyExistsException", "exists"),
    PutLogEvents: () => ({}),
  });
  assert.match(
    lines[0] ?? "",
    /^Warning: the audit record could not be written to s3:\/\/records\/slipway: NoSuchBucket: The specified bucket does not exist\. The verdict does not depend on it/,
  );
  assert.match(lines[1] ?? "", /^Audit record: log group \/slipway\/audit, stream .*\/.*\.$/);
  const [{ logEvents }] = fake.sent("PutLogEvents") as [{ logEvents: { message: string }[] }];
  const record = JSON.parse(logEvents[0]?.message ?? "");
  assert.deepEqual(
    [record.format, record.caller, record.run, record.verdict, record.report],
    ["slipway-audit/1", call.caller, "r1", "deployed", { unavailable: "the service deployment could not be read" }],
  );
});

test("an object is written only where there is none, and one of an earlier call stays", async () => {
  const { fake, lines } = await write(
    { PutObject: () => new Fault("PreconditionFailed", "At least one of the pre-conditions did not hold", 412) },
    { s3: audit.s3 },
  );
  const [input] = fake.sent("PutObject");
  assert.deepEqual(
    [input?.Bucket, input?.Key, input?.IfNoneMatch],
    ["records", `slipway/${account}/${region}/${cluster}/${service}/service-8.json`, "*"],
  );
  assert.match(
    lines[0] ?? "",
    /^Audit record: s3:\/\/records\/slipway\/.*service-8\.json, which an earlier call has written\.$/,
  );
});
