import type { LifecycleStage } from "../../../../infra/local/aws/index.js";
import type { DeployerSettings } from "../../../scenario/scenario.js";
import type { Drill } from "../../drill.js";
import {
  at,
  blueGreen,
  canary,
  continued,
  eachStrategy,
  linear,
  otherDeploy,
  pause,
  shifts,
  stopped,
  type What,
} from "./shift-settings.js";

const gated = (...stages: LifecycleStage[]): DeployerSettings => ({
  http: true,
  gates: stages.map((stage) => ({ stage, timeoutSeconds: 60 })),
});
const wrongVersion = { tasks: [{ serves: { version: "v0.0.1" } }] };

/** An action of a user while the gate requests the test listener, whose rule takes a minute to reach every node of the load balancer. */
function duringTheGate(word: string, action: string, what: What, more: Pick<Drill, "ends" | "cause">): Drill[] {
  return eachStrategy.map(([strategyWord, strategy]) => ({
    name: `${strategyWord}-${word}-during-a-gate`,
    description: `While a gate requests the test listener, ${action}: the gate ends with its pause.`,
    scenario: {
      service: shifts(strategy, { hooks: [pause("POST_TEST_TRAFFIC_SHIFT")] }),
      deployer: gated("POST_TEST_TRAFFIC_SHIFT"),
      aws: { ruleDelay: 60_000 },
      interventions: [at("POST_TEST_TRAFFIC_SHIFT", what, { after: 10_000 })],
    },
    ...more,
  }));
}

/** Deployments with traffic shifts whose pauses are ended by gates of the target. */
export const gatedShifts: Drill[] = [
  ...eachStrategy.flatMap(([word, strategy]): Drill[] => {
    const service = shifts(strategy, { hooks: [pause("POST_TEST_TRAFFIC_SHIFT")] });
    const deployer = gated("POST_TEST_TRAFFIC_SHIFT");
    return [
      {
        name: `${word}-gate-continues`,
        description: "A pause on the test listener is continued by a gate, once the listener answers the release.",
        scenario: { service, deployer },
        ends: { verdict: "deployed" },
        dropsRequests: false,
      },
      {
        name: `${word}-gate-rolls-back`,
        description: "A gate finds another version on the test listener: no production request reaches it.",
        scenario: { service, release: wrongVersion, deployer },
        ends: { verdict: "rolled-back" },
        cause: "wrong-on-test-listener",
        dropsRequests: false,
      },
    ];
  }),
  {
    name: "linear-gate-at-every-step",
    description: "A gate requests the test listener before each of four steps, and continues each pause.",
    scenario: {
      service: shifts(linear, { hooks: [pause("PRE_PRODUCTION_TRAFFIC_SHIFT")] }),
      deployer: gated("PRE_PRODUCTION_TRAFFIC_SHIFT"),
    },
    ends: { verdict: "deployed" },
  },
  {
    name: "canary-gate-on-the-public-url",
    description: "A pause after the shift is continued by a gate, once the public URL answers the release.",
    scenario: {
      service: shifts(canary, { hooks: [pause("POST_PRODUCTION_TRAFFIC_SHIFT")] }),
      deployer: gated("POST_PRODUCTION_TRAFFIC_SHIFT"),
    },
    ends: { verdict: "deployed" },
  },
  ...duringTheGate("stopped", "a user stops the deployment", stopped, {
    ends: { verdict: "rolled-back" },
    cause: "stopped-by-person",
  }),
  ...duringTheGate("other-deploy", "another user deploys another version", otherDeploy, {
    ends: { verdict: "superseded" },
  }),
  ...duringTheGate("continued", "a user continues the pause", continued, { ends: { verdict: "deployed" } }),
  {
    name: "blue-green-gate-beside-a-pause",
    description: "Two pauses wait at once: one may be meant for a user, so the gate ends neither.",
    scenario: {
      service: shifts(blueGreen, { hooks: [pause("POST_TEST_TRAFFIC_SHIFT"), pause("POST_TEST_TRAFFIC_SHIFT")] }),
      deployer: gated("POST_TEST_TRAFFIC_SHIFT"),
    },
    ends: { verdict: "paused" },
  },
];
