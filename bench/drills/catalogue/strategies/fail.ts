import type { Drill } from "../../drill.js";
import { exits, noCapacity, unhealthyTarget } from "../drill-scripts.js";
import { at, blueGreen, canary, crashed, eachStrategy, linear, pause, shifts, verified } from "./shift-settings.js";

/** Two tasks that serve, and crash loops in their place. */
const crashLoop = { tasks: [{}, {}, exits(1, 500)] };

/** Deployments with traffic shifts whose release fails. */
export const shiftsThatFail: Drill[] = [
  ...eachStrategy.map(
    ([word, strategy]): Drill => ({
      name: `${word}-crashes-before-the-test-shift`,
      description: "Every new task exits at once, before any listener shows it; the circuit breaker rolls back.",
      scenario: { service: shifts(strategy), release: { tasks: [exits(1, 500)] }, deployer: verified },
      ends: { verdict: "rolled-back" },
      cause: "container-exits",
      dropsRequests: false,
    }),
  ),
  {
    name: "blue-green-crashes-without-breaker",
    description: "Every new task exits at once, and the circuit breaker acts on rolling deployments only.",
    scenario: {
      service: shifts(blueGreen),
      release: { tasks: [exits(1, 500)] },
      aws: { breakerOnShifts: false },
      deployer: verified,
    },
    ends: { verdict: "rolled-back" },
    cause: "container-exits",
  },
  {
    name: "blue-green-unhealthy",
    description: "The load balancer finds no new task healthy.",
    scenario: {
      service: shifts(blueGreen),
      release: { tasks: [unhealthyTarget("Health checks failed with these codes: [503]")] },
    },
    ends: { verdict: "rolled-back" },
    cause: "load-balancer-code",
  },
  {
    name: "linear-crashes-in-step-3",
    description: "With 75 % of the traffic on the new version its tasks crash, and so do those in their place.",
    scenario: {
      service: shifts(linear),
      release: crashLoop,
      interventions: [at("PRODUCTION_TRAFFIC_SHIFT", crashed, { step: 3, after: 40_000 })],
      deployer: verified,
    },
    ends: { verdict: "rolled-back" },
    cause: "container-exits",
  },
  {
    name: "canary-crashes",
    description: "With a tenth of the traffic on the new version its tasks crash, and so do those in their place.",
    scenario: {
      service: shifts(canary),
      release: crashLoop,
      interventions: [at("PRODUCTION_TRAFFIC_SHIFT", crashed, { after: 40_000 })],
      deployer: verified,
    },
    ends: { verdict: "rolled-back" },
    cause: "container-exits",
  },
  {
    name: "blue-green-crashes-in-the-bake",
    description: "In the bake time the new tasks crash, and so do those in their place; the old ones still run.",
    scenario: {
      service: shifts(blueGreen),
      release: crashLoop,
      interventions: [at("BAKE_TIME", crashed)],
      deployer: verified,
    },
    ends: { verdict: "rolled-back" },
    cause: "container-exits",
  },
  ...eachStrategy.map(
    ([word, strategy]): Drill => ({
      name: `${word}-alarm-in-the-bake`,
      description: "An alarm of the service fires in the bake time, and ECS goes back.",
      scenario: {
        service: shifts(strategy, { alarms: ["errors"] }),
        interventions: [at("BAKE_TIME", { do: "alarm", name: "errors", state: "ALARM" })],
      },
      ends: { verdict: "rolled-back" },
      cause: "alarm-fired",
    }),
  ),
  {
    name: "canary-alarm",
    description: "An alarm of the service fires with a tenth of the traffic on the new version.",
    scenario: {
      service: shifts(canary, { alarms: ["errors"] }),
      interventions: [
        at("PRODUCTION_TRAFFIC_SHIFT", { do: "alarm", name: "errors", state: "ALARM" }, { after: 40_000 }),
      ],
      deployer: verified,
    },
    ends: { verdict: "rolled-back" },
    cause: "alarm-fired",
  },
  {
    name: "blue-green-alarm-since-before",
    description:
      "An alarm of the service is in ALARM since before the deployment: ECS leaves it out of that deployment.",
    scenario: {
      service: shifts(blueGreen, { alarms: ["errors"] }),
      interventions: [{ at: 0, from: "start", do: "alarm", name: "errors", state: "ALARM" }],
      deployer: verified,
    },
    ends: { verdict: "deployed" },
  },
  {
    name: "linear-alarm-in-step-2",
    description: "An alarm of the service fires with half of the traffic on the new version.",
    scenario: {
      service: shifts(linear, { alarms: ["errors"] }),
      interventions: [
        at("PRODUCTION_TRAFFIC_SHIFT", { do: "alarm", name: "errors", state: "ALARM" }, { step: 2, after: 40_000 }),
      ],
    },
    ends: { verdict: "rolled-back" },
    cause: "alarm-fired",
  },
  {
    name: "blue-green-hook-rejects",
    description: "A hook holds the deployment on the test listener, and a gate rolls it back at once.",
    scenario: {
      service: shifts(blueGreen, { hooks: [pause("POST_TEST_TRAFFIC_SHIFT")] }),
      interventions: [at("POST_TEST_TRAFFIC_SHIFT", { do: "continue", action: "ROLLBACK" }, { after: 10 })],
    },
    ends: { verdict: "rolled-back" },
    cause: "hook-failed",
  },
  {
    name: "linear-hook-rejects-step-3",
    description: "A gate before each step continues two of them and rolls back the third.",
    scenario: {
      service: shifts(linear, { hooks: [pause("PRE_PRODUCTION_TRAFFIC_SHIFT")] }),
      interventions: [1, 2, 3].map((step) =>
        at(
          "PRE_PRODUCTION_TRAFFIC_SHIFT",
          { do: "continue", action: step < 3 ? "CONTINUE" : "ROLLBACK" },
          { step, after: 10 },
        ),
      ),
    },
    ends: { verdict: "rolled-back" },
    cause: "hook-failed",
  },
  {
    name: "blue-green-no-rollback-candidate",
    description: "No deployment of the service has ever completed, and a hook of this one is rolled back.",
    scenario: {
      service: shifts(blueGreen, { hooks: [pause("PRE_SCALE_UP")] }),
      before: { completed: false, tasks: [exits(1, 500)] },
      interventions: [at("PRE_SCALE_UP", { do: "continue", action: "ROLLBACK" }, { after: 10 })],
      deployer: { ignore: ["nothing-to-return-to"] },
    },
    ends: { verdict: "failed" },
  },
  ...eachStrategy.map(
    ([word, strategy]): Drill => ({
      name: `${word}-no-capacity-for-two`,
      description: "No capacity is available for the new tasks beside the old ones.",
      scenario: { service: shifts(strategy), release: { tasks: [noCapacity] }, deployer: verified },
      ends: { verdict: "rolled-back" },
      cause: "no-capacity",
      dropsRequests: false,
    }),
  ),
  {
    name: "blue-green-instances-full",
    description: "The container instances have room for one revision only.",
    scenario: {
      service: shifts(blueGreen, { instances: 1, container: { memory: 4_096 } }),
      deployer: { timeoutMs: 900_000 },
    },
    ends: { verdict: "timed-out" },
    cause: "no-capacity",
  },
];
