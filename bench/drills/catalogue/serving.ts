import type { Drill } from "../drill.js";

const verified = { deployer: { http: true } };

/** ECS reports success, and the served version may differ. */
export const service: Drill[] = [
  {
    name: "succeeds",
    description: "The new version starts, becomes healthy and serves.",
    scenario: { ...verified },
    ends: { verdict: "deployed" },
    dropsRequests: false,
  },
  {
    name: "succeeds-in-three-minutes",
    description: "The same with an image that takes 75 s to pull.",
    scenario: { ...verified, release: { tasks: [{ pull: 75_000 }] } },
    ends: { verdict: "deployed" },
    dropsRequests: false,
  },
  {
    name: "succeeds-on-120-tasks",
    description: "The same with more tasks than ECS lists at once.",
    scenario: { ...verified, service: { desiredCount: 120 } },
    ends: { verdict: "deployed" },
  },
  {
    name: "wrong-version-served",
    description: "The image that was pushed as the new version answers with the old one.",
    scenario: { ...verified, release: { tasks: [{ serves: { version: "v1.0.0" } }] } },
    servesWrong: true,
    ends: { verdict: "rolled-back" },
    cause: "wrong-version-served",
  },
  {
    name: "half-serve-the-old-version",
    description: "Every other task answers with the old version.",
    scenario: {
      ...verified,
      service: { desiredCount: 2 },
      release: { tasks: [{}, { serves: { version: "v1.0.0" } }] },
    },
    servesWrong: true,
    ends: { verdict: "failed" },
    cause: "mixed-answers",
  },
  {
    name: "errors-served",
    description: "The health check passes, and everything else is answered with 500.",
    scenario: { ...verified, release: { tasks: [{ serves: { status: 500 } }] } },
    servesWrong: true,
    ends: { verdict: "rolled-back" },
    cause: "errors-served",
  },
  {
    name: "url-of-another-service",
    description: "The target's URL is another service's, which answers its own version before and after.",
    scenario: { deployer: { http: true, url: "foreign" } },
    virtualOnly: "in real time the load balancer answers for the service alone",
    ends: { verdict: "deployed-unverified" },
  },
  {
    name: "slow-drain",
    description: "The old task's connections take the load balancer's default 300 s to drain.",
    scenario: { ...verified, before: { tasks: [{ drain: 300_000 }] } },
    ends: { verdict: "deployed" },
  },
  {
    name: "slow-drain-outlasts-the-deadline",
    description: "The same, and the deploy's time limit is four minutes.",
    scenario: { ...verified, before: { tasks: [{ drain: 300_000 }] }, deployer: { http: true, timeoutMs: 240_000 } },
    ends: { verdict: "timed-out" },
    cause: "draining",
  },
  {
    name: "connections-dropped",
    description:
      "A request to the old tasks takes 10 s, and the load balancer cuts it off 2 s after it has let the task go.",
    scenario: { ...verified, before: { tasks: [{ drain: 2_000, serves: { takes: 10_000 } }] } },
    ends: { verdict: "deployed" },
    dropsRequests: true,
  },
  {
    name: "early-success",
    description:
      "The service calls a deployment done when half of its tasks are healthy; the other half takes ten minutes to start.",
    scenario: {
      service: {
        desiredCount: 4,
        minimumHealthyPercent: 50,
        more: {
          deploymentConfiguration: {
            earlySuccessCriteria: { enable: true, healthyPercent: 50, sourceServiceRevisionCleanup: "DEFERRED" },
          },
        },
      },
      release: { tasks: [{}, {}, { pull: 600_000 }] },
    },
    ends: { verdict: "deployed-early" },
  },
  {
    name: "stop-time-out-exceeded",
    description: "The old task ignores SIGTERM and is killed after two minutes.",
    scenario: { ...verified, service: { container: { stopTimeout: 120 } }, before: { tasks: [{ stop: 120_000 }] } },
    ends: { verdict: "deployed" },
  },
];
