import type { Drill } from "../../drill.js";
import { at, blueGreen, canary, linear, shifts, testedToo, verified, type What } from "./shift-settings.js";

const reset: What = { do: "reset-rules" };

/** Listener rules that another tool sets back, as Terraform does without `ignore_changes`. */
export const foreignRules: Drill[] = [
  {
    name: "blue-green-rules-reset-before",
    description: "Another tool has set the rules back to the empty group before the deploy.",
    scenario: {
      service: shifts(blueGreen),
      before: { versions: ["v0.9.0", "v1.0.0"] },
      interventions: [{ at: 0, from: "start", do: "reset-rules" }],
      deployer: verified,
    },
    ends: { refused: "listener-rules" },
  },
  {
    name: "blue-green-rules-reset-before-ignored",
    description:
      "The same, with the finding ignored: both versions run in one group, and the URL reaches no task for a while.",
    scenario: {
      service: shifts(blueGreen),
      before: { versions: ["v0.9.0", "v1.0.0"] },
      interventions: [{ at: 0, from: "start", do: "reset-rules" }],
      deployer: { http: true, ignore: ["listener-rules"] },
    },
    ends: { verdict: "deployed" },
    dropsRequests: true,
  },
  {
    name: "blue-green-rules-reset-in-the-bake",
    description: "Another tool sets the rules back in the bake time: ECS reports success, and the URL reaches no task.",
    scenario: {
      service: shifts(blueGreen),
      interventions: [at("BAKE_TIME", reset)],
      deployer: verified,
    },
    servesWrong: true,
    ends: { verdict: "deployed-unverified" },
  },
  {
    name: "blue-green-rules-reset-on-the-test-listener",
    description:
      "Another tool sets the rules back once the test traffic has moved: the test listener answers the old version.",
    scenario: {
      service: shifts(blueGreen),
      interventions: [at("TEST_TRAFFIC_SHIFT", reset)],
      deployer: testedToo,
    },
    ends: { verdict: "deployed" },
  },
  {
    name: "linear-rules-reset-in-step-2",
    description:
      "Another tool takes half of the traffic back from the new version; the next step gives it three quarters.",
    scenario: {
      service: shifts(linear),
      interventions: [at("PRODUCTION_TRAFFIC_SHIFT", reset, { step: 2, after: 40_000 })],
      deployer: verified,
    },
    ends: { verdict: "deployed" },
  },
  {
    name: "canary-rules-reset",
    description: "Another tool takes the canary's traffic back; the last step gives all of it to the new version.",
    scenario: {
      service: shifts(canary),
      interventions: [at("PRODUCTION_TRAFFIC_SHIFT", reset, { after: 40_000 })],
      deployer: verified,
    },
    ends: { verdict: "deployed" },
  },
  {
    name: "canary-rules-reset-in-clean-up",
    description:
      "Another tool sets the rules back while the old tasks end: ECS reports success, and the URL reaches no task.",
    scenario: { service: shifts(canary), interventions: [at("CLEAN_UP", reset)], deployer: verified },
    servesWrong: true,
    ends: { verdict: "deployed-unverified" },
  },
];
