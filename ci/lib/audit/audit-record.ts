import { nameIn } from "../common/aws-names.js";
import { present } from "../common/present.js";
import type { Target } from "../config/target.js";
import type { DeploymentReport } from "../rollout/reconstruct/deployment-report.js";
import type { RolloutResult } from "../rollout/result.js";
import type { Verdict } from "../rollout/verdicts.js";

/** Record of one deployment, for an audit. Times are milliseconds since the epoch, on the deployer's clock unless stated otherwise. */
export interface AuditRecord {
  /** Format of the record. A change that is not an addition gets another number. */
  format: "slipway-audit/1";
  /** Identifies the record: the same deployment and ending have the same id. */
  id: string;
  at: number;
  verb: "deploy" | "rollback";
  verdict: Verdict;
  exitCode: number;
  reason: string;
  /** False when the call found the deployment of an earlier call, or had nothing to do. */
  changed: boolean;
  /** ARN of the identity that called. */
  caller: string;
  where: { account: string; region: string; cluster: string; service: string; container: string };
  version: string;
  digest: string;
  commit?: string;
  /** Run id of the deploy. */
  run?: string;
  /** ARN of the revision that was rolled out. */
  taskDefinition: string;
  /** ARN of the service deployment, where it is known. */
  deployment?: string;
  startedAt: number;
  endedAt: number;
  /** The report of the deployment, or the reason for which it could not be read. */
  report: DeploymentReport | { unavailable: string };
}

/** The call whose result is recorded. */
export interface AuditedCall {
  verb: AuditRecord["verb"];
  caller: string;
  commit?: string;
  run?: string;
}

/** Verdicts of a call that ended before the deployment. The deployment's own record comes from a later call. */
const unfinished: ReadonlySet<Verdict> = new Set(["paused", "shifted", "timed-out"]);

/**
 * Returns the id of a deployment's record: its place and its revision, which no other deployment of Slipway has. A call that ended before
 * the deployment has a record of its own for each verdict. Pure.
 */
export function recordId(
  { account, region, cluster, service }: Target,
  { taskDefinition, verdict }: RolloutResult,
): string {
  const revision = nameIn(taskDefinition).replace(":", "-");
  return `${account}/${region}/${cluster}/${service}/${revision}${unfinished.has(verdict) ? `.${verdict}` : ""}`;
}

/** Assembles a record. Pure. */
export function auditRecord(
  target: Target,
  result: RolloutResult,
  call: AuditedCall,
  at: number,
  report: AuditRecord["report"],
): AuditRecord {
  const { verdict, exitCode, reason, changed, where, release, taskDefinition, deployment, startedAt, endedAt } = result;
  const { verb, caller, commit, run } = call;
  return {
    format: "slipway-audit/1",
    id: recordId(target, result),
    at,
    verb,
    verdict,
    exitCode,
    reason,
    changed,
    caller,
    where,
    version: release.version,
    digest: release.digest,
    ...present({ commit, run, deployment: deployment.arn }),
    taskDefinition,
    startedAt,
    endedAt,
    report,
  };
}

/** Maximum size of a log event in bytes: CloudWatch Logs counts 26 bytes more, within 256 KiB. */
const largestEvent = 256 * 1024 - 26;

/** Returns the record as one line that a log event takes: without the report where it is too long for one. Pure. */
export function eventText(record: AuditRecord): string {
  const whole = JSON.stringify(record);
  if (Buffer.byteLength(whole) <= largestEvent) return whole;
  const unavailable = `it has ${Buffer.byteLength(whole)} bytes, and a log event takes ${largestEvent}`;
  return JSON.stringify({ ...record, report: { unavailable } });
}
