import type { Scenario } from "../../../scenario/scenario.js";
import type { Drill } from "../../drill.js";
import { exits, noCapacity, notFound } from "../drill-scripts.js";
import { at, canary, eachStrategy, linear, shifts, stopped, verified, type What } from "./shift-settings.js";

/** All tasks of the version before are lost. */
const lost = { do: "crash", version: "v1.0.0", count: 2 } satisfies What;
const alarm: What = { do: "alarm", name: "errors", state: "ALARM" };
const step = { after: 40_000 };
const MINUTE = 60_000;

/** Tasks of the version before do not start again: its image was deleted, or no capacity is left. */
const deleted: Scenario = { before: { restarted: [notFound] } };
const full: Scenario = { before: { restarted: [noCapacity] } };

/** Rollbacks of traffic shifts that can't succeed: the tasks of the version before are lost and do not start again. */
export const failedRollbacks: Drill[] = [
  ...eachStrategy.flatMap(([word, strategy]): Drill[] => [
    {
      name: `${word}-rollback-without-the-old-image`,
      description: "An alarm fires in the bake time; the old tasks are lost, and their image was deleted.",
      scenario: {
        ...deleted,
        service: shifts(strategy, { alarms: ["errors"] }),
        interventions: [at("BAKE_TIME", lost), at("BAKE_TIME", alarm, { after: 2_000 })],
        deployer: verified,
      },
      ends: { verdict: "failed" },
      cause: "alarm-fired",
    },
    {
      name: `${word}-abort-without-the-old-image`,
      description: "A user stops the deployment in the bake time; the old tasks are lost, and their image was deleted.",
      scenario: {
        ...deleted,
        service: shifts(strategy),
        interventions: [at("BAKE_TIME", lost), at("BAKE_TIME", stopped, { after: 2_000 })],
        deployer: verified,
      },
      ends: { verdict: "failed" },
      cause: "stopped-by-person",
    },
  ]),
  {
    name: "canary-rollback-without-capacity",
    description: "A user stops the canary; the old tasks are lost, and no capacity is left for them.",
    scenario: {
      ...full,
      service: shifts(canary),
      interventions: [
        at("PRODUCTION_TRAFFIC_SHIFT", lost, step),
        at("PRODUCTION_TRAFFIC_SHIFT", stopped, { after: 42_000 }),
      ],
      deployer: verified,
    },
    ends: { verdict: "failed" },
    cause: "stopped-by-person",
  },
  {
    name: "linear-rollback-loses-its-tasks",
    description: "A user stops the deployment at half of the traffic, and during the rollback the old tasks are lost.",
    scenario: {
      ...deleted,
      service: shifts(linear),
      interventions: [
        at("PRODUCTION_TRAFFIC_SHIFT", stopped, { step: 2, after: 40_000 }),
        at("PRODUCTION_TRAFFIC_SHIFT", lost, { step: 2, after: 44_000 }),
      ],
      deployer: verified,
    },
    ends: { verdict: "failed" },
    cause: "stopped-by-person",
  },
  {
    name: "canary-rollback-outlasts-the-deadline",
    description:
      "A user stops the canary; the old tasks are lost, their image was deleted, and no circuit breaker ends that.",
    scenario: {
      ...deleted,
      service: shifts(canary, { breaker: "off" }),
      interventions: [
        at("PRODUCTION_TRAFFIC_SHIFT", lost, step),
        at("PRODUCTION_TRAFFIC_SHIFT", stopped, { after: 42_000 }),
      ],
      deployer: { ...verified, timeoutMs: 20 * MINUTE },
    },
    ends: { verdict: "timed-out" },
  },
  {
    name: "canary-rollback-finds-capacity",
    description: "A user stops the canary; one old task is lost, and capacity for it comes after an attempt.",
    scenario: {
      before: { restarted: [noCapacity, {}] },
      service: shifts(canary),
      interventions: [
        at("PRODUCTION_TRAFFIC_SHIFT", { ...lost, count: 1 }, step),
        at("PRODUCTION_TRAFFIC_SHIFT", stopped, { after: 42_000 }),
      ],
      deployer: verified,
    },
    ends: { verdict: "rolled-back" },
    cause: "stopped-by-person",
  },
  {
    name: "canary-crashes-and-rolls-back-to-a-crash",
    description:
      "With a tenth of the traffic on them the new tasks crash; the old ones are lost, and crash when they start again.",
    scenario: {
      before: { restarted: [exits(1, 500)] },
      release: { tasks: [{}, {}, exits(1, 500)] },
      service: shifts(canary),
      interventions: [
        at("PRODUCTION_TRAFFIC_SHIFT", lost, step),
        at("PRODUCTION_TRAFFIC_SHIFT", { do: "crash", version: "v2.0.0", count: 2 }, step),
      ],
      deployer: verified,
    },
    ends: { verdict: "failed" },
    cause: "container-exits",
  },
];
