import type { Drill } from "../../drill.js";
import { blueGreen, canary, eachStrategy, linear, shifts, testedToo, verified } from "./shift-settings.js";

/** Deployments with traffic shifts that ECS completes, with a release that serves wrongly, and with an AWS that answers badly. */
export const servedByShifts: Drill[] = [
  ...eachStrategy.map(
    ([word, strategy]): Drill => ({
      name: `${word}-wrong-version-served`,
      description: "The image that was pushed as the new version answers with the old one, on both listeners.",
      scenario: {
        service: shifts(strategy),
        release: { tasks: [{ serves: { version: "v1.0.0" } }] },
        deployer: verified,
      },
      servesWrong: true,
      ends: { verdict: "rolled-back" },
      cause: "wrong-version-served",
    }),
  ),
  {
    name: "canary-verified-on-the-test-listener",
    description: "The test listener answers the new version before the first production request reaches it.",
    scenario: { service: shifts(canary), deployer: testedToo },
    ends: { verdict: "deployed" },
    dropsRequests: false,
  },
  ...eachStrategy.map(
    ([word, strategy]): Drill => ({
      name: `${word}-wrong-version-on-the-test-listener`,
      description: "The test listener answers another version than the release: no production request reaches it.",
      scenario: {
        service: shifts(strategy),
        release: { tasks: [{ serves: { version: "v0.0.1" } }] },
        deployer: testedToo,
      },
      ends: { verdict: "rolled-back" },
      cause: "wrong-on-test-listener",
      dropsRequests: false,
    }),
  ),
  {
    name: "linear-errors-on-the-test-listener",
    description: "The health check passes, and the test listener answers everything else with 500.",
    scenario: { service: shifts(linear), release: { tasks: [{ serves: { status: 500 } }] }, deployer: testedToo },
    ends: { verdict: "rolled-back" },
    cause: "wrong-on-test-listener",
    dropsRequests: false,
  },
  {
    name: "canary-errors-served",
    description: "The health check passes, and everything else is answered with 500.",
    scenario: { service: shifts(canary), release: { tasks: [{ serves: { status: 500 } }] }, deployer: verified },
    servesWrong: true,
    ends: { verdict: "rolled-back" },
    cause: "errors-served",
    dropsRequests: true,
  },
  {
    name: "blue-green-stages-unknown",
    description: "AWS returns lifecycle stages that the deployer does not know.",
    scenario: {
      service: shifts(blueGreen),
      aws: {
        faults: [
          {
            kind: "changed",
            service: "ecs",
            operation: "DescribeServiceDeployments",
            path: ["serviceDeployments", "*", "lifecycleStage"],
            value: "SHINY_NEW_STAGE",
          },
        ],
      },
      deployer: verified,
    },
    ends: { verdict: "deployed" },
  },
  {
    name: "linear-slow-rules",
    description: "A changed rule takes a minute to reach every node of the load balancer.",
    scenario: { service: shifts(linear), aws: { ruleDelay: 60_000 }, deployer: verified },
    ends: { verdict: "deployed" },
  },
  {
    name: "canary-throttled",
    description: "AWS throttles the deployer's reads for two minutes of the canary.",
    scenario: {
      service: shifts(canary),
      aws: { faults: [{ kind: "throttled", service: "ecs", operation: "Describe*", from: 200_000, until: 320_000 }] },
      deployer: verified,
    },
    ends: { verdict: "deployed" },
  },
  {
    name: "blue-green-without-the-newer-apis",
    description: "The deployer may not read service deployments: it has only the classic deployments to go by.",
    scenario: {
      service: shifts(blueGreen),
      aws: { deny: ["ecs:ListServiceDeployments", "ecs:DescribeServiceDeployments", "ecs:DescribeServiceRevisions"] },
      deployer: { ...verified, timeoutMs: 3_600_000 },
    },
    ends: { verdict: "deployed" },
  },
];
