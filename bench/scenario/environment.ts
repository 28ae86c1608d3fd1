import type { FargateQuotas } from "../../infra/local/aws/index.js";
import type { CompleteTarget } from "./complete-target.js";
import type { Call, Publish } from "./images.js";

/**
 * AWS of a scenario, before the deploy and for interventions during it. Three adapters: in this process and virtual time (`virtual/`), a local AWS over HTTP
 * with simulated tasks (`http/`), and the same with containers (`containers/`).
 */
export interface Environment {
  target: CompleteTarget;
  /** The quotas of Fargate's vCPUs; a change takes effect at once. */
  fargateQuotas: FargateQuotas;
  /** Calls AWS as the operator, who creates the service and carries out interventions. */
  call: Call;
  /** Publishes a version of the scenario, or returns its image. */
  publish: Publish;
  /** Waits until the service's newest deployment has ended and no other is left. */
  settle(): Promise<void>;
  /** Returns the newest service deployment, with the ids of its hooks that wait. */
  newestDeployment(): Promise<{ arn: string; waiting: string[] }>;
  /** Returns the ARNs of the running tasks of a version. */
  running(version: string): string[];
  /** Ends a task with exit code 1. */
  crash(taskArn: string): void;
  /** Takes IAM actions from the deployer. */
  deny(actions: readonly string[]): void;
}
