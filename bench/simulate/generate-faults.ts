import fc from "fast-check";
import type { Fault, FaultRule } from "../../infra/local/aws/index.js";
import type { AwsSettings } from "../scenario/scenario.js";
import { is, MINUTE, oneOf, SECOND, seconds, sometimes } from "./arbitraries.js";

/** Temporary faults of calls, all shorter than the deployer's retries. */
const wireFault: fc.Arbitrary<FaultRule> = fc
  .tuple(
    fc.constantFrom<Fault[]>(
      { kind: "delayed", by: 5 * SECOND },
      { kind: "throttled" },
      { kind: "server-error" },
      { kind: "unavailable" },
      { kind: "reset" },
      { kind: "reset", effect: true },
      { kind: "truncated" },
      { kind: "silent", effect: true },
      { kind: "stale", by: 5 * SECOND },
    ),
    fc.constantFrom(
      "*",
      "DescribeServices",
      "UpdateService",
      "RegisterTaskDefinition",
      "List*",
      "DescribeServiceDeployments",
    ),
    seconds(0, 300),
    fc.integer({ min: 1, max: 4 }),
  )
  .map(([fault, operation, from, times]) => ({ ...fault, service: "ecs", operation, from, times }));

/** The credentials expire, for good or until new ones arrive. */
const expiry: fc.Arbitrary<FaultRule> = fc
  .tuple(seconds(1, 400), oneOf([1, is(undefined)], [1, seconds(60, 600)]))
  .map(([from, lasting]) => {
    return { kind: "expired", service: "ecs", from, ...(lasting !== undefined && { until: from + lasting }) };
  });

/** Fields and states that AWS may add later. */
const unknown: fc.Arbitrary<FaultRule> = fc
  .tuple(
    fc.constantFrom<[string, string[], string]>(
      ["DescribeServiceDeployments", ["serviceDeployments", "*", "status"], "SHINY_NEW_STATE"],
      ["DescribeServiceDeployments", ["serviceDeployments", "*", "shinyNewField"], "shiny"],
      ["DescribeServices", ["services", "*", "shinyNewField"], "shiny"],
      ["DescribeTasks", ["tasks", "*", "lastStatus"], "SHINY_NEW_STATE"],
    ),
    seconds(20, 300),
    fc.integer({ min: 1, max: 4 }),
  )
  .map(([[operation, path, value], from, times]) => {
    return { kind: "changed", path, value, service: "ecs", operation, from, times };
  });

const classic = ["ecs:ListServiceDeployments", "ecs:DescribeServiceDeployments", "ecs:DescribeServiceRevisions"];
export const denied: fc.Arbitrary<string[]> = fc.constantFrom(
  classic,
  ["ecs:DescribeServiceDeployments"],
  ["ecs:ListServiceDeployments"],
  ["ecs:DescribeServiceRevisions"],
  ["ecs:StopServiceDeployment"],
  ["ecs:TagResource"],
  ["ecs:ListTaskDefinitions"],
  ["ecr:DescribeImages", "ecr:BatchGetImage"],
);

export const aws: fc.Arbitrary<AwsSettings> = sometimes<
  Omit<AwsSettings, "breakerOnShifts" | "ruleDelay" | "fargateRoom">
>({
  rollbackId: [5, is("new" as const)],
  timing: [
    2,
    fc
      .tuple(seconds(0, 15), seconds(0, 30))
      .map(([listLag, currentDeploymentLag]) => ({ listLag, currentDeploymentLag })),
  ],
  latency: [2, fc.constantFrom<[number, number][]>([5, 10], [20, 400], [1_000, 3_000])],
  deny: [1, oneOf([3, denied], [2, is(classic)])],
  faults: [3, fc.array(oneOf([18, wireFault], [1, expiry], [2, unknown]), { minLength: 1, maxLength: 3 })],
  balancerLag: [2, fc.constantFrom(0, 10 * SECOND, 20 * SECOND)],
  clockSkew: [2, fc.constantFrom(10 * MINUTE, -10 * MINUTE)],
});
