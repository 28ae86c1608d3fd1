import { parseResult, withResult } from "../../ci/lib/rollout/reconstruct/deploy-result.js";
import type { DeploymentReport } from "../../ci/lib/rollout/reconstruct/deployment-report.js";
import { readReport } from "../../ci/lib/rollout/reconstruct/read-report.js";
import type { Scenario } from "../scenario/scenario.js";
import { simulate } from "../virtual/simulate.js";
import { pause, strategies } from "./shift-scenario.js";

/** Deploys whose reports are read in a browser, by name. */
export const reportScenes: Record<string, Scenario> = {
  good: { service: { desiredCount: 4, check: "load-balancer" }, deployer: { http: true } },
  "rolled-back": {
    service: { desiredCount: 4, check: "container" },
    release: { tasks: [{ exit: { after: 3_000, code: 1 } }] },
    deployer: { earlyStop: false },
  },
  superseded: {
    service: { desiredCount: 4, check: "container" },
    interventions: [{ at: 70_000, do: "deploy", version: "v3.0.0" }],
  },
  canary: {
    service: { desiredCount: 2, check: "load-balancer", strategy: strategies.CANARY },
    deployer: { http: true },
  },
  "blue-green": {
    service: { desiredCount: 2, check: "load-balancer", strategy: strategies.BLUE_GREEN },
    deployer: { http: true },
  },
  paused: {
    service: {
      desiredCount: 2,
      check: "load-balancer",
      strategy: strategies.CANARY,
      hooks: [pause("POST_PRODUCTION_TRAFFIC_SHIFT")],
    },
    deployer: { http: true },
  },
  failed: {
    service: { desiredCount: 4, check: "load-balancer", breaker: "stop" },
    release: { tasks: [{ exit: { after: 3_000, code: 1 } }] },
    deployer: { http: true, undo: false },
  },
  "one-task": { deployer: { http: true } },
  large: { service: { desiredCount: 80, check: "container" } },
};

/** Simulates a deploy and returns its report, as a reader makes it right after the verdict, with the deploy's result. */
export async function reportOf(scenario: Scenario): Promise<DeploymentReport> {
  let report: DeploymentReport | undefined;
  const outcome = await simulate(scenario, 1, {
    async visit(session) {
      report = await readReport(session, {});
    },
  });
  if (!report) throw new Error("The simulation ended before its visit.");
  if (!outcome.report) return report;
  return withResult(report, parseResult(JSON.stringify({ type: "report", ...outcome.report })));
}

/** Texts that a page, an image or Markdown could take for its own. */
const texts = [
  "<script>alert(1)</script>",
  "</pre></td></table><img src=x onerror=alert(1)>",
  '"><svg onload=alert(1)>',
  "]]></style><style>*{display:none}</style>",
  "<a href=javascript:alert(1)>x</a><base href=//evil.example>",
  "[x](javascript:alert(1)) ![y](http://evil.example/y.png) | **bold** @team #1 :boom: www.evil.example",
  "\u001b[2J\u202e\u0000\ufffe\ud800::error::stop",
  "x".repeat(100_000),
].join(" ");

const kept = ["format", "verdict", "group", "name", "strategy", "by", "cause", "id"];

/** Returns the report with hostile texts in place of all that others write. */
export function hostile<T>(value: T, name = ""): T {
  if (typeof value === "string") return (kept.includes(name) ? value : texts) as T;
  if (Array.isArray(value)) return value.map((one) => hostile(one, name)) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, hostile(member, key)])) as T;
}
