import type { LifecycleStage, Principal } from "../../infra/local/aws/index.js";
import type { CompleteTarget } from "./complete-target.js";

/** The one service of every simulation, as in the deployer's target. */
export const target: CompleteTarget = {
  region: "us-west-2",
  account: "123456789012",
  cluster: "production",
  service: "web",
  family: "web",
  container: "app",
  repository: "web",
  containerPort: 5000,
  created: { cpu: 256, memory: 512, desiredCount: 1 },
  platform: "linux/amd64",
};

export const publicUrl = "http://web.example";
/** URL of the test listener. */
export const testUrl = "http://test-web.example";
/** Version that another service responds with, where the URL belongs to it. */
export const foreignVersion = "v7.1.0";

/** Operator: creates the service and carries out interventions. */
export const operator: Principal = {
  accessKeyId: "AKIAOPERATOR",
  secretAccessKey: "operator",
  arn: `arn:aws:iam::${target.account}:user/operator`,
  userId: "AIDAOPERATOR",
};

/** Principal of our second deploy, where two run at the same time. */
export const concurrentDeployer: Principal = {
  accessKeyId: "AKIACONCURRENT",
  secretAccessKey: "concurrent",
  arn: `arn:aws:iam::${target.account}:user/concurrent`,
  userId: "AIDACONCURRENT",
};

/** Secrets that must not appear in any output of the deployer: in the task definition's environment, and in the credentials. */
export const secrets = { environment: "marked-secret-of-the-environment", key: "marked-secret-of-the-credentials" };

/** Stages of a deployment with traffic shifts at which scenarios intervene, in order. */
export const lifecycleStages: readonly LifecycleStage[] = [
  "PRE_SCALE_UP",
  "SCALE_UP",
  "POST_SCALE_UP",
  "TEST_TRAFFIC_SHIFT",
  "POST_TEST_TRAFFIC_SHIFT",
  "PRE_PRODUCTION_TRAFFIC_SHIFT",
  "PRODUCTION_TRAFFIC_SHIFT",
  "POST_PRODUCTION_TRAFFIC_SHIFT",
  "BAKE_TIME",
  "CLEAN_UP",
];
