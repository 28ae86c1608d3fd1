import { abort, sdk } from "../aws/sdk.js";
import { neutral, neutralJson } from "../common/foreign-text.js";
import { parseS3Place } from "../common/s3-place.js";
import { parseResult, withResult } from "../rollout/reconstruct/deploy-result.js";
import { readReport } from "../rollout/reconstruct/read-report.js";
import type { RolloutResult } from "../rollout/result.js";
import { noSpan, type Session } from "../rollout/session.js";
import { type AuditedCall, type AuditRecord, auditRecord, eventText } from "./audit-record.js";

/**
 * Writes the record of a deployment to the places that the target names. A failure is a warning: it changes neither the verdict nor the
 * exit code.
 */
export async function writeAudit(session: Session, result: RolloutResult, call: AuditedCall): Promise<void> {
  const { target, progress, clock, span = noSpan } = session;
  const { s3, logGroup } = target.audit ?? {};
  if (s3 === undefined && logGroup === undefined) return;
  await span("audit", async () => {
    const record = auditRecord(target, result, call, clock.now(), await reportOf(session, result));
    const writes: [place: string, write: () => Promise<string>][] = [];
    if (s3 !== undefined) writes.push([s3, () => putObject(session, s3, record)]);
    if (logGroup !== undefined) writes.push([`log group ${logGroup}`, () => putEvent(session, logGroup, record)]);
    for (const [place, write] of writes) {
      try {
        progress(await write());
      } catch (error) {
        session.signal?.throwIfAborted();
        const { name, message } = error as Error;
        progress(
          `Warning: the audit record could not be written to ${place}: ${neutral(`${name}: ${message}`).replace(/\.$/, "")}. The verdict does not depend on it; the same command writes it again.`,
        );
      }
    }
  });
}

/** Reads the deployment's report, with what only this call observed. */
async function reportOf(session: Session, result: RolloutResult): Promise<AuditRecord["report"]> {
  const { arn } = result.deployment;
  if (arn === undefined) return { unavailable: "the service deployment could not be read" };
  try {
    const report = await readReport(session, { deployment: arn });
    return withResult(report, parseResult(JSON.stringify({ type: "report", ...result })));
  } catch (error) {
    session.signal?.throwIfAborted();
    return { unavailable: (error as Error).message.slice(0, 1_000) };
  }
}

/**
 * Writes the record as an object that is never replaced. The SDK sends a CRC32 checksum, which a bucket with Object Lock demands; the
 * bucket's default retention applies.
 */
async function putObject(session: Session, url: string, record: AuditRecord): Promise<string> {
  const { bucket: Bucket, prefix } = parseS3Place(url);
  const Key = `${prefix}${record.id}.json`;
  const Body = `${neutralJson(JSON.stringify(record, undefined, 2))}\n`;
  const input = { Bucket, Key, Body, ContentType: "application/json", IfNoneMatch: "*" };
  const s3 = await session.aws.lazy.s3();
  try {
    await s3.send(new sdk.s3.PutObjectCommand(input), abort(session));
    return `Audit record: s3://${Bucket}/${Key}`;
  } catch (error) {
    if ((error as Error).name !== "PreconditionFailed") throw error;
    return `Audit record: s3://${Bucket}/${Key}, which an earlier call has written.`;
  }
}

/** Writes the record as an event of the service's log stream. A resumed call writes one with the same id again. */
async function putEvent(session: Session, logGroupName: string, record: AuditRecord): Promise<string> {
  const { logs } = session.aws;
  const { cluster, service } = session.target;
  const logStreamName = `${cluster}/${service}`;
  try {
    await logs.send(new sdk.logs.CreateLogStreamCommand({ logGroupName, logStreamName }), abort(session));
  } catch (error) {
    if ((error as Error).name !== "ResourceAlreadyExistsException") throw error;
  }
  const logEvents = [{ timestamp: record.at, message: eventText(record) }];
  await logs.send(new sdk.logs.PutLogEventsCommand({ logGroupName, logStreamName, logEvents }), abort(session));
  return `Audit record: log group ${logGroupName}, stream ${logStreamName}.`;
}
