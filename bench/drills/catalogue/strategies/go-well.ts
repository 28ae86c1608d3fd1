import type { Drill } from "../../drill.js";
import { at, blueGreen, canary, continued, eachStrategy, linear, pause, shifts, verified } from "./shift-settings.js";

/** Deployments with traffic shifts that go well. */
export const shiftsThatGoWell: Drill[] = [
  {
    name: "blue-green-succeeds",
    description: "The new version starts beside the old one, and all traffic moves to it at once.",
    scenario: { service: shifts(blueGreen), deployer: verified },
    ends: { verdict: "deployed" },
    dropsRequests: false,
  },
  {
    name: "linear-succeeds",
    description: "Traffic moves in four steps of 25 %, two minutes apart.",
    scenario: { service: shifts(linear), deployer: verified },
    ends: { verdict: "deployed" },
    dropsRequests: false,
  },
  {
    name: "linear-by-default-succeeds",
    description: "AWS's default LINEAR: ten steps, six minutes apart, 54 minutes in all before the bake time.",
    scenario: { service: shifts({ strategy: "LINEAR", bakeTimeInMinutes: 10 }), deployer: verified },
    virtualOnly: "it takes more than an hour",
    ends: { verdict: "deployed" },
    dropsRequests: false,
  },
  {
    name: "canary-succeeds",
    description: "A tenth of the traffic moves first, and the rest five minutes later.",
    scenario: { service: shifts(canary), deployer: verified },
    ends: { verdict: "deployed" },
    dropsRequests: false,
  },
  {
    name: "canary-with-long-bakes-succeeds",
    description: "The canary bakes for half an hour, and all of the release for an hour.",
    scenario: {
      service: shifts({
        strategy: "CANARY",
        bakeTimeInMinutes: 60,
        canaryConfiguration: { canaryBakeTimeInMinutes: 30 },
      }),
      deployer: verified,
    },
    virtualOnly: "it takes more than an hour",
    ends: { verdict: "deployed" },
  },
  {
    name: "blue-green-back-to-the-first-group",
    description: "The running version is in the second target group, so the new one starts in the first.",
    scenario: { service: shifts(blueGreen), before: { versions: ["v0.9.0", "v1.0.0"] }, deployer: verified },
    ends: { verdict: "deployed" },
    dropsRequests: false,
  },
  {
    name: "blue-green-without-test-rule",
    description: "The service has no test listener, and its test stages pass at once.",
    scenario: { service: shifts(blueGreen, { testRule: false }), deployer: verified },
    ends: { verdict: "deployed" },
    dropsRequests: false,
  },
  {
    name: "blue-green-without-load-balancer",
    description: "The service has no load balancer: its tasks start beside the old ones, and no traffic moves.",
    scenario: { service: shifts(blueGreen, { check: "container" }) },
    ends: { verdict: "deployed" },
  },
  ...eachStrategy.map(
    ([word, strategy]): Drill => ({
      name: `${word}-behind-a-network-load-balancer`,
      description: "A Network Load Balancer takes ten minutes more for each shift.",
      scenario: { service: shifts(strategy, { network: true }), deployer: verified },
      ends: { verdict: "deployed" },
      dropsRequests: false,
    }),
  ),
  {
    name: "blue-green-pause-continued",
    description: "A hook holds the deployment on the test listener, and a user continues it two minutes later.",
    scenario: {
      service: shifts(blueGreen, { hooks: [pause("POST_TEST_TRAFFIC_SHIFT", { timeoutInMinutes: 30 })] }),
      interventions: [at("POST_TEST_TRAFFIC_SHIFT", continued, { after: 10 })],
      deployer: verified,
    },
    ends: { verdict: "deployed" },
  },
  {
    name: "linear-paused-at-every-step",
    description: "A hook holds each of four steps, and another tool continues each at once.",
    scenario: {
      service: shifts(linear, { hooks: [pause("PRE_PRODUCTION_TRAFFIC_SHIFT")] }),
      interventions: [1, 2, 3, 4].map((step) => at("PRE_PRODUCTION_TRAFFIC_SHIFT", continued, { after: 10, step })),
      deployer: verified,
    },
    ends: { verdict: "deployed" },
  },
  {
    name: "blue-green-task-lost-in-the-bake",
    description: "One new task crashes in the bake time; the one in its place stays healthy.",
    scenario: {
      service: shifts(blueGreen),
      interventions: [at("BAKE_TIME", { do: "crash", version: "v2.0.0", count: 1 })],
    },
    ends: { verdict: "deployed" },
  },
  {
    name: "canary-old-task-lost",
    description: "An old task crashes while it serves most of the traffic; another one takes its place.",
    scenario: {
      service: shifts(canary),
      interventions: [at("PRODUCTION_TRAFFIC_SHIFT", { do: "crash", version: "v1.0.0", count: 1 })],
    },
    ends: { verdict: "deployed" },
  },
  {
    name: "linear-scaled-up",
    description: "In the second step the service is scaled from two tasks to five, as autoscaling does.",
    scenario: {
      service: shifts(linear),
      interventions: [at("PRODUCTION_TRAFFIC_SHIFT", { do: "scale", desiredCount: 5 }, { step: 2 })],
    },
    ends: { verdict: "deployed" },
  },
];
