import * as v from "valibot";
import { cut } from "../../common/cut.js";
import { InputError } from "../../common/errors.js";
import type { Cause } from "../diagnose/causes.js";
import { type Verdict, verdicts } from "../verdicts.js";
import type { DeploymentReport } from "./deployment-report.js";

const text = v.pipe(v.string(), v.transform(cut));
const time = v.pipe(v.string(), v.isoTimestamp());
const weight = v.pipe(v.number(), v.minValue(0), v.maxValue(100));

/** The members of a deploy's result that AWS does not have. */
const schema = v.object({
  type: v.literal("report"),
  verdict: v.picklist(Object.keys(verdicts) as Verdict[]),
  reason: text,
  next: v.optional(text),
  deployment: v.object({ arn: v.optional(v.string()) }),
  diagnosis: v.exactOptional(
    v.object({
      cause: v.custom<Cause>((value) => typeof value === "string" && /^[a-z-]{1,100}$/.test(value)),
      ...{ title: text, evidence: v.array(text), fix: text, failedTasks: v.number() },
      ...{ task: v.exactOptional(text), container: v.exactOptional(text) },
    }),
  ),
  gates: v.exactOptional(
    v.array(
      v.object({
        ...{ stage: text, hookId: text, url: text, at: v.number(), answered: text },
        ...{ action: v.picklist(["CONTINUE", "ROLLBACK", "NONE"]), refused: v.exactOptional(text) },
      }),
    ),
  ),
  during: v.optional(
    v.object({
      url: text,
      requests: v.number(),
      failed: v.number(),
      failures: v.array(v.object({ at: v.number(), answered: text })),
      versions: v.exactOptional(v.array(v.object({ version: text, requests: v.number() }))),
    }),
  ),
  events: v.optional(
    v.array(v.object({ type: v.string(), time: v.optional(time), productionWeight: v.optional(weight) })),
    [],
  ),
});

/** The result of a deploy, as its last line of `--as-json` has it. */
export type DeployResult = v.InferOutput<typeof schema>;

/** Maximum length of the file in characters: a result has at most 300 events, and texts of 8,000. */
const longest = 4_000_000;

/**
 * Reads the result of a deploy from the lines of its `--as-json`, of which the last one is the result.
 * @throws InputError when there is none.
 */
export function parseResult(lines: string): DeployResult {
  const last = lines.length <= longest ? (lines.trimEnd().split("\n").at(-1) ?? "") : "";
  const result = v.safeParse(schema, parsed(last));
  if (result.success) return result.output;
  const [issue] = result.issues;
  const where = v.getDotPath(issue);
  throw new InputError(
    "bad-result",
    `--result holds no result of a deploy${where ? ` (${where}: ${issue.message.slice(0, 200)})` : ""}. Accepted: the lines that deploy or rollback writes with --as-json, or the last of them alone, of type "report". A deploy that was refused has none: call report without --result.`,
  );
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Adds to a report the facts that only the deploy observed: its verdict and cause, its requests and gates, and the traffic shifts. Pure. */
export function withResult(report: DeploymentReport, result: DeployResult): DeploymentReport {
  const { verdict, reason, next, during, events, diagnosis, gates } = result;
  const { next: _next, limits, traffic, ...rest } = report;
  const steps = events.flatMap(({ time, productionWeight }) =>
    time === undefined || productionWeight === undefined ? [] : [{ at: Date.parse(time), new: productionWeight }],
  );
  const changes = steps.filter((step, index) => step.new !== (steps[index - 1]?.new ?? 0));
  const [, ...others] = limits;
  return {
    ...rest,
    // The deploy's own reason for a success names its witnesses only.
    ...{
      verdict,
      reason: verdict === "deployed" && report.verdict === verdict ? `${report.reason} ${reason}` : reason,
    },
    ...(next !== undefined && { next }),
    // ECS has no answers of URLs: it reports the rollback by a gate as a failed hook.
    ...(diagnosis && { diagnosis }),
    ...(during && { requests: during }),
    ...(gates && { gates }),
    ...(traffic && { traffic: { ...traffic, steps: changes } }),
    limits: [
      "The verdict is that of the deploy, whose result was passed; this report sent no request to the service.",
      ...others,
    ],
  };
}
