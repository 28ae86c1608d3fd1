import type { LifecycleStage } from "../../../../infra/local/aws/index.js";
import type { DeployerSettings } from "../../../scenario/scenario.js";
import type { Drill } from "../../drill.js";
import { blueGreen, canary, eachStrategy, linear, pause, shifts } from "./shift-settings.js";

const gated = (...stages: LifecycleStage[]): DeployerSettings => ({
  http: true,
  gates: stages.map((stage) => ({ stage, timeoutSeconds: 60 })),
});
const wrongVersion = { tasks: [{ serves: { version: "v0.0.1" } }] };

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
