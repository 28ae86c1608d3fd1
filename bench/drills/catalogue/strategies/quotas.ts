import type { Drill } from "../../drill.js";
import { blueGreen, canary, linear, shifts, verified } from "./shift-settings.js";

const exceeded = "warning fargate-quota";
const deployer = { ...verified, timeoutMs: 900_000 };

/** Deployments that meet Fargate's quota of vCPUs. */
export const quotas: Drill[] = [
  {
    name: "blue-green-quota-full",
    description: "Fargate's quota of vCPUs has room for none of the new tasks beside the old ones.",
    scenario: { service: shifts(blueGreen), aws: { fargateRoom: 0 }, deployer },
    ends: { verdict: "timed-out" },
    cause: "quota-reached",
    finds: exceeded,
    dropsRequests: false,
  },
  {
    name: "canary-quota-for-one-task",
    description: "Fargate's quota of vCPUs has room for one of the two new tasks.",
    scenario: { service: shifts(canary), aws: { fargateRoom: 1 }, deployer },
    ends: { verdict: "timed-out" },
    cause: "quota-reached",
    finds: exceeded,
    dropsRequests: false,
  },
  {
    name: "linear-quota-not-readable",
    description: "The same, and the deploy role may not read the usage: the deploy starts without a warning.",
    scenario: {
      service: shifts(linear),
      aws: { fargateRoom: 1, deny: ["cloudwatch:GetMetricData"] },
      deployer,
    },
    ends: { verdict: "timed-out" },
    cause: "quota-reached",
    finds: "not checked: roles, shift-roles, fargate-quota",
    dropsRequests: false,
  },
  {
    name: "blue-green-quota-just-enough",
    description: "Fargate's quota of vCPUs has room for exactly the new tasks.",
    scenario: { service: shifts(blueGreen), aws: { fargateRoom: 2 }, deployer: verified },
    ends: { verdict: "deployed" },
    dropsRequests: false,
  },
  {
    name: "rolling-quota-for-one-task",
    description:
      "Fargate's quota of vCPUs has room for one task: a rolling deployment goes on with each old task that it stops.",
    scenario: { service: { desiredCount: 3 }, aws: { fargateRoom: 1 }, deployer: verified },
    ends: { verdict: "deployed" },
    dropsRequests: false,
  },
];
