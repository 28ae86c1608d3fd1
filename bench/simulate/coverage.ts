import type { Scenario, ServiceSettings } from "../scenario/scenario.js";
import type { Outcome } from "../virtual/outcome.js";
import { statesSeen } from "./check-lateness.js";
import type { SimulatedSeed } from "./simulate-seed.js";

/** Group and its covered feature, such as `["kill", "answer-lost"]`. */
export type Covered = [group: string, name: string];

/** Lists the features of a seed's scenario, and each state of the oracle with the verdict on it, to show coverage. */
export function coverageOf({ scenario, outcome, way }: SimulatedSeed): Covered[] {
  return [
    ["way", way],
    ...Object.entries(all).flatMap(([group, dimensions]) =>
      Object.entries(dimensions)
        .filter(([, isSo]) => isSo(scenario, outcome))
        .map(([name]): Covered => [group, name]),
    ),
    ...(scenario.interventions ?? []).map(({ do: what }): Covered => ["operator", what]),
    ...(scenario.interventions ?? []).flatMap(({ from = "update" }): Covered[] =>
      from === "update" || from === "start" ? [] : [["operator at a stage", from]],
    ),
    ...(scenario.aws?.faults ?? []).map(({ kind, operation }): Covered => ["wire", `${kind} ${operation ?? "*"}`]),
    ...(scenario.kills ?? []).map(({ how }): Covered => ["kill", how]),
    ...(scenario.aws?.deny ?? []).map((action): Covered => ["denied", action]),
    ...(outcome ? atTheEnd(scenario, outcome) : []),
  ];
}

function atTheEnd(scenario: Scenario, outcome: Outcome): Covered[] {
  const covered: Covered[] = outcome.oracle.moments.map(({ state }) => ["states of the oracle", state]);
  for (const run of outcome.runs) {
    const ending = run.killed ? "(killed)" : (run.report?.verdict ?? nameOf(run.error));
    const truth = statesSeen(scenario, outcome, run).at(-1) ?? "";
    covered.push(["oracle at the end of a run: verdict", `${truth}: ${ending}`]);
    const { undo, after, kept, attached } = run.report ?? {};
    if (undo) covered.push(["automatic rollback", undo.refused ? "refused" : (undo.verdict ?? "")]);
    if (after) covered.push(["post-deploy task", after.state]);
    if (kept) covered.push(["kept", kept.refused ? "refused" : "checked"]);
    if (kept?.deregistered.length) covered.push(["kept", "deregistered"]);
    if (attached) covered.push(["run", "attached"]);
  }
  const { concurrent } = outcome;
  if (concurrent)
    covered.push(["the second of two deploys", concurrent.report?.verdict ?? nameOf(concurrent.runs[0].error)]);
  return covered;
}

/** Returns an error's code, else its name; empty without an error. */
export const nameOf = (error?: { name: string; code?: string }) => error?.code ?? error?.name ?? "";

type Dimension = (scenario: Scenario, outcome?: Outcome) => boolean;

const configuration = ({ service }: Scenario) =>
  (service?.more?.deploymentConfiguration ?? {}) as Record<string, unknown>;
const hooks = ({ service }: Scenario) => service?.hooks ?? [];
const hookEnded =
  (how: string): Dimension =>
  (_, outcome) =>
    Boolean(outcome?.hooks[how]);

const isStrategy =
  (name: string): Dimension =>
  ({ service }) =>
    service?.strategy?.strategy === name;
const hasGate = (action: string, outcome?: Outcome) =>
  Boolean(outcome?.runs.some(({ report }) => report?.gates?.some((gate) => gate.action === action)));
const isWithoutBalancer = ({ check = "none" }: ServiceSettings) => check === "none" || check === "container";

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
  strategy: {
    ...Object.fromEntries(
      ["BLUE_GREEN", "LINEAR", "CANARY"].map((name): [string, Dimension] => [name, isStrategy(name)]),
    ),
    "without a load balancer": ({ service }) => service?.strategy !== undefined && isWithoutBalancer(service),
    "without a test rule": ({ service }) => service?.testRule === false,
    "breaker for ROLLING only": ({ aws }) => aws?.breakerOnShifts === false,
    "other rule delay": ({ aws }) => aws?.ruleDelay !== undefined,
    "test listener": ({ deployer }) => deployer?.more?.testHttp !== undefined,
    "until shifted": ({ deployer }) => deployer?.more?.until === "shifted",
    "Network Load Balancer": ({ service }) => service?.network === true,
    gates: ({ deployer }) => deployer?.gates !== undefined,
    "a gate continued": (_, outcome) => hasGate("CONTINUE", outcome),
    "a gate rolled back": (_, outcome) => hasGate("ROLLBACK", outcome),
    "a gate left the pause": (_, outcome) => hasGate("NONE", outcome),
    "Lambda hook": ({ functions }) => functions !== undefined,
    "changed by the deploy": ({ deployer }) => deployer?.strategy !== undefined,
    "changed for the deploy only": ({ deployer }) => deployer?.strategyOnce === true,
    "hooks at stages": ({ service }) => service?.strategy !== undefined && service.hooks !== undefined,
  },
  hooks: {
    any: (scenario) => hooks(scenario).length > 0,
    "two or more": (scenario) => hooks(scenario).length > 1,
    "with a time-out": (scenario) => hooks(scenario).some((hook) => hook.timeoutConfiguration !== undefined),
    continued: hookEnded("SUCCEEDED"),
    "rolled back": hookEnded("FAILED"),
    "timed out": hookEnded("TIMED_OUT"),
    "still waiting": hookEnded("AWAITING_ACTION"),
  },
  deployer: {
    "idempotency key": ({ deployer }) => deployer?.runId !== undefined,
    force: ({ deployer }) => deployer?.force === true,
    http: ({ deployer }) => deployer?.http === true,
    "another's URL": ({ deployer }) => deployer?.http === true && deployer.url === "foreign",
    "a shared URL": ({ deployer }) => deployer?.http === true && deployer.url === "shared",
    "a cached URL": ({ deployer }) => deployer?.http === true && deployer.url === "cached",
    "verifies tasks": ({ deployer }) => deployer?.verifyTasks === true,
    "fail fast off": ({ deployer }) => deployer?.earlyStop === false,
    "on-timeout rollback": ({ deployer }) => deployer?.onTimeout === "rollback",
    "short time": ({ deployer }) => deployer?.timeoutMs !== undefined,
    "automatic rollback off": ({ deployer }) => deployer?.undo === false,
    keep: ({ deployer }) => deployer?.keep !== undefined,
    "desired count": ({ deployer }) => deployer?.desiredCount !== undefined,
    "pre-deploy task": ({ deployer }) => deployer?.before !== undefined,
    "post-deploy task": ({ deployer }) => deployer?.after !== undefined,
    "rollback verb": ({ deployer }) => deployer?.verb === "rollback",
    "rollback --to": ({ deployer }) => deployer?.verb === "rollback" && deployer.to !== undefined,
    "rollback verb, begun": ({ deployer }, outcome) =>
      deployer?.verb === "rollback" && Boolean(outcome?.oracle.updates.length),
    "killed twice": (_, outcome) => (outcome?.runs.filter(({ killed }) => killed).length ?? 0) > 1,
    "two at the same time": ({ concurrent }) => concurrent !== undefined,
    "run again after its end": ({ again }) => again !== undefined,
  },
  aws: {
    "new id at a rollback": ({ aws }) => aws?.rollbackId === "new",
    "other list lag": ({ aws }) => aws?.timing !== undefined,
    "other load balancer lag": ({ aws }) => aws?.balancerLag !== undefined,
    "quota of vCPUs": ({ aws }) => aws?.fargateRoom !== undefined,
    "slow calls": ({ aws }) => aws?.latency !== undefined,
    "clock off by 10 min": ({ aws }) => aws?.clockSkew !== undefined,
    "an index behind the digest": ({ release }) => release?.image?.isIndex === true,
  },
};
