import type { LifecycleStage } from "../../../../infra/local/aws/index.js";
import { lifecycleStages } from "../../../scenario/fixture.js";
import type { Scenario } from "../../../scenario/scenario.js";
import type { Drill } from "../../drill.js";
import {
  at,
  blueGreen,
  canary,
  eachStrategy,
  linear,
  otherDeploy,
  pause,
  shifts,
  stopped,
  verified,
} from "./shift-settings.js";

const hyphened = (stage: LifecycleStage) => stage.toLowerCase().replaceAll("_", "-");

/** Stages that last no time without a hook. */
const passing: LifecycleStage[] = [
  "PRE_SCALE_UP",
  "POST_SCALE_UP",
  "POST_TEST_TRAFFIC_SHIFT",
  "PRE_PRODUCTION_TRAFFIC_SHIFT",
  "POST_PRODUCTION_TRAFFIC_SHIFT",
];
/** A hook that waits ends the deploy as paused at its next poll. */
const after = (stage: LifecycleStage) => (passing.includes(stage) ? 10 : 1_000);

const atEachStage = eachStrategy.flatMap(([word, strategy]) =>
  lifecycleStages.flatMap((stage): Drill[] => {
    const setting: Scenario = {
      service: shifts(strategy, passing.includes(stage) ? { hooks: [pause(stage)] } : {}),
      // The clean-up lasts as long as the old tasks take to stop.
      ...(stage === "CLEAN_UP" && { before: { tasks: [{ stop: 30_000 }] } }),
      deployer: verified,
    };
    return [
      {
        name: `${word}-stopped-in-${hyphened(stage)}`,
        description: `A user stops the deployment in ${stage}, and ECS goes back.`,
        scenario: { ...setting, interventions: [at(stage, stopped, { after: after(stage) })] },
        ends: { verdict: "rolled-back" },
        cause: "stopped-by-person",
      },
      {
        name: `${word}-other-deploy-in-${hyphened(stage)}`,
        description: `Another user deploys another version in ${stage}.`,
        scenario: { ...setting, interventions: [at(stage, otherDeploy, { after: after(stage) })] },
        ends: { verdict: "superseded" },
      },
    ];
  }),
);

/** Interventions by users and other tools during deployments with traffic shifts. */
export const interruptedShifts: Drill[] = [
  ...atEachStage,
  {
    name: "linear-stopped-in-step-2",
    description: "A user stops the deployment with half of the traffic on the new version.",
    scenario: {
      service: shifts(linear),
      interventions: [at("PRODUCTION_TRAFFIC_SHIFT", stopped, { step: 2, after: 40_000 })],
    },
    ends: { verdict: "rolled-back" },
    cause: "stopped-by-person",
  },
  {
    name: "canary-other-deploy",
    description: "Another user deploys another version with a tenth of the traffic on ours.",
    scenario: {
      service: shifts(canary),
      interventions: [at("PRODUCTION_TRAFFIC_SHIFT", otherDeploy, { after: 40_000 })],
    },
    ends: { verdict: "superseded" },
  },
  {
    name: "canary-forced-again",
    description: "A user forces a new deployment of the same revision with a tenth of the traffic on it.",
    scenario: {
      service: shifts(canary),
      interventions: [at("PRODUCTION_TRAFFIC_SHIFT", { do: "redeploy" }, { after: 40_000 })],
    },
    ends: { verdict: "superseded" },
  },
  {
    name: "blue-green-never-continued",
    description: "A hook holds the deployment on the test listener, and no user continues it.",
    scenario: { service: shifts(blueGreen, { hooks: [pause("POST_TEST_TRAFFIC_SHIFT")] }), deployer: verified },
    ends: { verdict: "paused" },
  },
  {
    name: "linear-paused-in-step-2",
    description: "A hook holds each step; the first one is continued, and the second one waits.",
    scenario: {
      service: shifts(linear, { hooks: [pause("PRE_PRODUCTION_TRAFFIC_SHIFT")] }),
      interventions: [at("PRE_PRODUCTION_TRAFFIC_SHIFT", { do: "continue", action: "CONTINUE" }, { after: 10 })],
      deployer: verified,
    },
    ends: { verdict: "paused" },
  },
  {
    name: "blue-green-two-hooks-wait",
    description: "Two hooks of one stage wait at the same time.",
    scenario: { service: shifts(blueGreen, { hooks: [pause("PRE_SCALE_UP"), pause("PRE_SCALE_UP")] }) },
    ends: { verdict: "paused" },
  },
  {
    name: "blue-green-service-deleted",
    description: "A user deletes the service in the bake time.",
    scenario: { service: shifts(blueGreen), interventions: [at("BAKE_TIME", { do: "delete-service" })] },
    ends: { verdict: "stopped" },
    cause: "service-deleted",
  },
  {
    name: "canary-outlasts-the-deadline",
    description: "The canary bakes for an hour, and the deploy's time limit is ten minutes.",
    scenario: {
      service: shifts({ ...canary, canaryConfiguration: { canaryPercent: 10, canaryBakeTimeInMinutes: 60 } }),
      deployer: { http: true, timeoutMs: 600_000 },
    },
    ends: { verdict: "timed-out" },
  },
];
