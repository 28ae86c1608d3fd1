import type { Drill } from "../drill.js";
import { unhealthyTarget } from "./drill-scripts.js";

/** The tasks run, and their health checks fail. */
export const health: Drill[] = [
  {
    name: "container-check-fails",
    description: "The container's own health check fails on every task.",
    scenario: { release: { tasks: [{ health: [{ after: 45_000, status: "UNHEALTHY" }] }] } },
    ends: { verdict: "rolled-back" },
    cause: "health-check",
  },
  {
    name: "flaps-inside-its-grace",
    description: "The container's check fails and recovers, all within the grace period.",
    scenario: {
      service: { healthCheckGracePeriodSeconds: 120 },
      release: {
        tasks: [
          {
            health: [
              { after: 20_000, status: "UNHEALTHY" },
              { after: 40_000, status: "HEALTHY" },
              { after: 60_000, status: "UNHEALTHY" },
              { after: 80_000, status: "HEALTHY" },
            ],
            target: [{ after: 90_000, state: "healthy" }],
          },
        ],
      },
    },
    ends: { verdict: "deployed" },
  },
  {
    name: "flaps-once",
    description: "The first task's check fails after its grace period; the task in its place stays healthy.",
    scenario: { release: { tasks: [{ health: [{ after: 45_000, status: "UNHEALTHY" }] }, {}] } },
    ends: { verdict: "deployed" },
  },
  {
    name: "fails-after-the-rollout",
    description: "All checks pass, and ten minutes later, when the rollout is long over, the container's check fails.",
    scenario: {
      release: {
        tasks: [
          {
            health: [
              { after: 15_000, status: "HEALTHY" },
              { after: 600_000, status: "UNHEALTHY" },
            ],
          },
        ],
      },
    },
    ends: { verdict: "deployed" },
  },
  {
    name: "load-balancer-code",
    description: "The app answers the load balancer's health check with 503.",
    scenario: { release: { tasks: [unhealthyTarget("Health checks failed with these codes: [503]")] } },
    ends: { verdict: "rolled-back" },
    cause: "load-balancer-code",
  },
  {
    name: "health-path-missing",
    description: "The app does not have the load balancer's health path.",
    scenario: { release: { tasks: [unhealthyTarget("Health checks failed with these codes: [404]")] } },
    ends: { verdict: "rolled-back" },
    cause: "load-balancer-code",
  },
  {
    name: "load-balancer-time-out",
    description: "The load balancer's health check gets no answer in time.",
    scenario: { release: { tasks: [unhealthyTarget("Request timed out")] } },
    ends: { verdict: "rolled-back" },
    cause: "load-balancer-timeout",
  },
  {
    name: "wrong-port",
    description: "The app listens on another port than the one that the load balancer checks.",
    scenario: { release: { tasks: [unhealthyTarget("Health checks failed")] } },
    ends: { verdict: "rolled-back" },
    cause: "load-balancer-port",
  },
];
