import type { Outcome } from "../world/play.js";
import type { Scenario } from "../world/scenario.js";
import { statesSeen } from "./check-lateness.js";
import type { Played } from "./one.js";

/** Counts how often each thing that chance decides came up, and each truth with what was said of it: so that coverage is seen. */
export function createCoverage() {
  const counts = new Map<string, Map<string, number>>();
  const add = (group: string, name: string) => {
    const names = counts.get(group) ?? new Map<string, number>();
    counts.set(group, names.set(name, (names.get(name) ?? 0) + 1));
  };

  function count({ scenario, outcome, way }: Played) {
    add("way", way);
    for (const [group, dimensions] of Object.entries(all))
      for (const [name, isSo] of Object.entries(dimensions)) if (isSo(scenario, outcome)) add(group, name);
    for (const { do: what } of scenario.interventions ?? []) add("somebody", what);
    for (const { kind, operation } of scenario.aws?.faults ?? []) add("wire", `${kind} ${operation ?? "*"}`);
    for (const { how } of scenario.kills ?? []) add("kill", how);
    for (const action of scenario.aws?.deny ?? []) add("denied", action);
    if (outcome) countEnd(scenario, outcome);
  }

  function countEnd(scenario: Scenario, outcome: Outcome) {
    for (const run of outcome.runs) {
      const said = run.killed ? "(killed)" : (run.report?.verdict ?? run.error?.code ?? run.error?.name ?? "");
      const truth = statesSeen(scenario, outcome, run).at(-1) ?? "";
      add("truth at the end of a run: said", `${truth}: ${said}`);
      if (run.report?.undo) add("undo", run.report.undo.refused ? "refused" : (run.report.undo.verdict ?? ""));
      if (run.report?.after) add("task after", run.report.after.state);
      if (run.report?.kept) add("kept", run.report.kept.refused ? "refused" : "looked");
      if (run.report?.kept?.deregistered.length) add("kept", "deregistered");
      if (run.report?.attached) add("run", "attached");
    }
    if (outcome.rival) {
      const { report, runs } = outcome.rival;
      add("the second of two said", report?.verdict ?? runs[0].error?.code ?? runs[0].error?.name ?? "");
    }
    for (const { state } of outcome.truth.moments) add("truths passed through", state);
  }

  function lines(): string[] {
    return [...counts].map(([group, names]) => {
      const told = [...names].sort((a, b) => b[1] - a[1]).map(([name, times]) => `${name} ${times}`);
      return `  ${group}: ${told.join(", ")}`;
    });
  }

  return { count, lines };
}

type Dimension = (scenario: Scenario, outcome?: Outcome) => boolean;

const configuration = ({ service }: Scenario) =>
  (service?.more?.deploymentConfiguration ?? {}) as Record<string, unknown>;
const hooks = ({ service }: Scenario) => service?.hooks ?? [];
const hookEnded =
  (how: string): Dimension =>
  (_, outcome) =>
    Boolean(outcome?.hooks[how]);

const all: Record<string, Record<string, Dimension>> = {
  service: {
    "count 0": ({ service }) => service?.desiredCount === 0,
    "over 100 tasks": ({ service }) => (service?.desiredCount ?? 1) > 100,
    "breaker off": ({ service }) => service?.breaker === "off",
    "breaker without rollback": ({ service }) => service?.breaker === "stop",
    "threshold of 2026": ({ service }) => service?.breakerSettings?.thresholdConfiguration !== undefined,
    "resetOnHealthyTask off": ({ service }) => service?.breakerSettings?.resetOnHealthyTask === false,
    alarms: ({ service }) => service?.alarms !== undefined,
    bake: (scenario) => configuration(scenario).bakeTimeInMinutes !== undefined,
    "early success": (scenario) => configuration(scenario).earlySuccessCriteria !== undefined,
    "other percents": ({ service }) =>
      service?.minimumHealthyPercent !== undefined || service?.maximumPercent !== undefined,
    "grace period": ({ service }) => service?.healthCheckGracePeriodSeconds !== undefined,
    "load balancer": ({ service }) => ["load-balancer", "both"].includes(service?.check ?? ""),
    "container check": ({ service }) => ["container", "both"].includes(service?.check ?? ""),
    "never completed": ({ before }) => before?.completed === false,
    "failed deployments before": ({ before }) => before?.broken !== undefined,
  },
  hooks: {
    any: (scenario) => hooks(scenario).length > 0,
    "two or more": (scenario) => hooks(scenario).length > 1,
    "with a time-out": (scenario) => hooks(scenario).some((hook) => hook.timeoutConfiguration !== undefined),
    "went on": hookEnded("SUCCEEDED"),
    "was rolled back": hookEnded("FAILED"),
    "timed out": hookEnded("TIMED_OUT"),
    "still waits": hookEnded("AWAITING_ACTION"),
  },
  deployer: {
    "run id": ({ deployer }) => deployer?.runId !== undefined,
    force: ({ deployer }) => deployer?.force === true,
    http: ({ deployer }) => deployer?.http === true,
    "asks tasks": ({ deployer }) => deployer?.verifyTasks === true,
    "early stop off": ({ deployer }) => deployer?.earlyStop === false,
    "on-timeout rollback": ({ deployer }) => deployer?.onTimeout === "rollback",
    "short time": ({ deployer }) => deployer?.timeoutMs !== undefined,
    "undo off": ({ deployer }) => deployer?.undo === false,
    keep: ({ deployer }) => deployer?.keep !== undefined,
    "desired count": ({ deployer }) => deployer?.desiredCount !== undefined,
    "task before": ({ deployer }) => deployer?.before !== undefined,
    "task after": ({ deployer }) => deployer?.after !== undefined,
    "rollback verb": ({ deployer }) => deployer?.verb === "rollback",
    "rollback --to": ({ deployer }) => deployer?.verb === "rollback" && deployer.to !== undefined,
    "rollback verb, begun": ({ deployer }, outcome) =>
      deployer?.verb === "rollback" && Boolean(outcome?.truth.updates.length),
    "killed twice": (_, outcome) => (outcome?.runs.filter(({ killed }) => killed).length ?? 0) > 1,
    "two at the same time": ({ rival }) => rival !== undefined,
    "run again after its end": ({ again }) => again !== undefined,
  },
  aws: {
    "new id at a rollback": ({ aws }) => aws?.rollbackId === "new",
    "other list lag": ({ aws }) => aws?.timing !== undefined,
    "slow calls": ({ aws }) => aws?.latency !== undefined,
    "clock off by 10 min": ({ aws }) => aws?.clockSkew !== undefined,
    "an index behind the digest": ({ release }) => release?.image?.isIndex === true,
  },
};
