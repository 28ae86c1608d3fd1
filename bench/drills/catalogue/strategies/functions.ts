import { type FunctionBehaviour, type LifecycleStage, throttled } from "../../../../infra/local/aws/index.js";
import { lifecycleStages } from "../../../scenario/fixture.js";
import type { Drill } from "../../drill.js";
import {
  at,
  blueGreen,
  canary,
  continued,
  eachStrategy,
  FUNCTION,
  inProgress,
  lambda,
  linear,
  pause,
  rejected,
  shifts,
  stopped,
  succeeded,
  verified,
} from "./shift-settings.js";

const MINUTE = 60_000;
/** Longest run of a Lambda function. */
const LONGEST = 15 * MINUTE;

const scripted = (...answers: FunctionBehaviour[]) => ({ [FUNCTION]: answers });

/** Ways in which the function of a hook fails, and the cause that ECS's reason leads to. */
const failures = [
  ["rejects", "answers FAILED", rejected, "hook-failed"],
  ["throws", "throws an error", { error: "exception" }, "hook-response-invalid"],
  ["answers-nonsense", "answers without a hookStatus", { output: { ok: true } }, "hook-response-invalid"],
  [
    "outlasts-lambda",
    "runs into Lambda's limit of 15 minutes",
    { after: LONGEST, error: "timeout" },
    "hook-response-invalid",
  ],
  ["is-throttled", "is throttled by Lambda", { refused: throttled }, "hook-not-invoked"],
  ["has-no-role", "can't be invoked: ECS can't assume the hook's role", { error: "role" }, "hook-role-unusable"],
] as const satisfies [string, string, FunctionBehaviour, Drill["cause"]][];

/** Stage of a failure in each strategy: before any production traffic, after a part of it, and after all of it. */
const stagesOf: Record<string, LifecycleStage> = {
  "blue-green": "POST_TEST_TRAFFIC_SHIFT",
  linear: "PRE_PRODUCTION_TRAFFIC_SHIFT",
  canary: "POST_PRODUCTION_TRAFFIC_SHIFT",
};
/** Invocations that go well before the failure: that of linear comes before step 3. */
const passes: Record<string, FunctionBehaviour[]> = { linear: [succeeded, succeeded] };

/** ECS calls no hook while tasks scale, in the bake time and in the clean-up. */
const everyStage = lifecycleStages.filter((stage) => !["SCALE_UP", "BAKE_TIME", "CLEAN_UP"].includes(stage));

/** Deployments with traffic shifts whose lifecycle hooks are Lambda functions. */
export const shiftsWithFunctions: Drill[] = [
  ...eachStrategy.flatMap(([word, strategy]): Drill[] => {
    const stage = stagesOf[word] as LifecycleStage;
    const service = shifts(strategy, { hooks: [lambda([stage])] });
    return failures.map(([way, does, answer, cause]) => ({
      name: `${word}-function-${way}`,
      description: `The Lambda function of a hook at ${stage} ${does}.`,
      scenario: { service, functions: scripted(...(passes[word] ?? []), answer), deployer: verified },
      ends: { verdict: "rolled-back" },
      cause,
    }));
  }),
  ...eachStrategy.flatMap(([word, strategy]): Drill[] => [
    {
      name: `${word}-functions-pass`,
      description: "A Lambda function at every stage that takes one succeeds, each time at once.",
      scenario: {
        service: shifts(strategy, { hooks: [lambda(everyStage)] }),
        functions: scripted(succeeded),
        deployer: verified,
      },
      ends: { verdict: "deployed" },
      dropsRequests: false,
    },
    {
      name: `${word}-function-calls-back`,
      description:
        "The Lambda function of a hook is in progress for three calls, and then succeeds; at each step again.",
      scenario: {
        service: shifts(strategy, { hooks: [lambda(["PRE_PRODUCTION_TRAFFIC_SHIFT"])] }),
        functions: scripted(inProgress(60), inProgress(), inProgress(10), succeeded),
        deployer: verified,
      },
      ends: { verdict: "deployed" },
    },
    {
      name: `${word}-function-rejects-the-way-back`,
      description:
        "A user stops the deployment in its bake time, and the function of the traffic stages, invoked again, answers FAILED.",
      scenario: {
        service: shifts(strategy, { hooks: [lambda(["TEST_TRAFFIC_SHIFT"])] }),
        functions: scripted(succeeded, rejected),
        interventions: [at("BAKE_TIME", stopped)],
        deployer: verified,
      },
      ends: { verdict: "failed" },
      cause: "hook-failed",
    },
  ]),
  {
    name: "blue-green-function-allows-the-way-back",
    description:
      "The release serves a wrong version, and the functions of the traffic stages pass on the way back too.",
    scenario: {
      service: shifts(blueGreen, { hooks: [lambda(["TEST_TRAFFIC_SHIFT", "PRODUCTION_TRAFFIC_SHIFT"])] }),
      release: { tasks: [{ serves: { version: "v1.0.0" } }] },
      functions: scripted(succeeded),
      deployer: verified,
    },
    servesWrong: true,
    ends: { verdict: "rolled-back" },
    cause: "wrong-version-served",
  },
  {
    name: "canary-function-rejects-the-whole-shift",
    description: "The function passes at a tenth of the traffic, and answers FAILED when all of it has moved.",
    scenario: {
      service: shifts(canary, { hooks: [lambda(["PRODUCTION_TRAFFIC_SHIFT"])] }),
      functions: scripted(succeeded, rejected, succeeded),
      deployer: verified,
    },
    ends: { verdict: "rolled-back" },
    cause: "hook-failed",
  },
  {
    name: "canary-function-fails-also-on-the-way-back",
    description: "The function throws at a tenth of the traffic, and again when ECS rolls back for that.",
    scenario: {
      service: shifts(canary, { hooks: [lambda(["PRODUCTION_TRAFFIC_SHIFT"])] }),
      functions: scripted({ error: "exception" }),
      deployer: verified,
    },
    ends: { verdict: "failed" },
    cause: "hook-response-invalid",
  },
  {
    name: "canary-function-is-slow-on-the-way-back",
    description: "A user stops the canary, and the function, invoked again, is in progress for three minutes.",
    scenario: {
      service: shifts(canary, { hooks: [lambda(["TEST_TRAFFIC_SHIFT"])] }),
      functions: scripted(succeeded, inProgress(180), succeeded),
      interventions: [at("PRODUCTION_TRAFFIC_SHIFT", stopped, { after: 40_000 })],
      deployer: verified,
    },
    ends: { verdict: "rolled-back" },
    cause: "stopped-by-person",
  },
  {
    name: "canary-function-is-slow",
    description: "The Lambda function of each stage takes two minutes, and succeeds.",
    scenario: {
      service: shifts(canary, { hooks: [lambda(["PRE_SCALE_UP", "POST_TEST_TRAFFIC_SHIFT"])] }),
      functions: scripted({ after: 2 * MINUTE, ...succeeded }),
      deployer: verified,
    },
    ends: { verdict: "deployed" },
  },
  {
    name: "blue-green-function-missing",
    description: "The function that a hook names does not exist, and the preflight's finding about it is ignored.",
    scenario: {
      service: shifts(blueGreen, { hooks: [lambda(["PRE_SCALE_UP"])] }),
      deployer: { ...verified, ignore: ["hook-functions"] },
    },
    ends: { verdict: "rolled-back" },
    cause: "hook-not-invoked",
  },
  {
    name: "blue-green-function-never-ends",
    description: "The function stays in progress until the hook's time of five minutes is over, which rolls back.",
    scenario: {
      service: shifts(blueGreen, {
        hooks: [lambda(["POST_SCALE_UP"], { timeoutInMinutes: 5, action: "ROLLBACK" })],
      }),
      functions: scripted(inProgress(60)),
      deployer: verified,
    },
    ends: { verdict: "rolled-back" },
    cause: "hook-timed-out",
  },
  {
    name: "linear-function-never-ends-and-goes-on",
    description:
      "The function stays in progress before each step until the hook's time of one minute is over, which continues.",
    scenario: {
      service: shifts(linear, {
        hooks: [lambda(["PRE_PRODUCTION_TRAFFIC_SHIFT"], { timeoutInMinutes: 1, action: "CONTINUE" })],
      }),
      functions: scripted(inProgress(20)),
      deployer: verified,
    },
    ends: { verdict: "deployed" },
  },
  {
    name: "blue-green-function-beside-a-pause",
    description:
      "A function and a pause hold the same stage: the pause is continued at once, and the function takes three minutes.",
    scenario: {
      service: shifts(blueGreen, { hooks: [lambda(["POST_TEST_TRAFFIC_SHIFT"]), pause("POST_TEST_TRAFFIC_SHIFT")] }),
      functions: scripted({ after: 3 * MINUTE, ...succeeded }),
      interventions: [at("POST_TEST_TRAFFIC_SHIFT", continued, { after: 10 })],
      deployer: verified,
    },
    ends: { verdict: "deployed" },
  },
  {
    name: "blue-green-function-rejects-beside-a-pause",
    description: "A function answers FAILED while a pause of the same stage still waits.",
    scenario: {
      service: shifts(blueGreen, { hooks: [lambda(["POST_TEST_TRAFFIC_SHIFT"]), pause("POST_TEST_TRAFFIC_SHIFT")] }),
      functions: scripted(rejected),
      deployer: verified,
    },
    ends: { verdict: "rolled-back" },
    cause: "hook-failed",
  },
];
