import type { ECRClient } from "@aws-sdk/client-ecr";
import type { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import type { IAMClient } from "@aws-sdk/client-iam";
import type { SchedulerClient } from "@aws-sdk/client-scheduler";
import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { SSMClient } from "@aws-sdk/client-ssm";
import type { AssumedCredentials } from "./assume-role.js";
import type { Credentials } from "./credentials.js";
import { wrapErrors } from "./errors.js";
import { sdk } from "./sdk.js";

/** Clients of AWS services that few calls need. Each is loaded at its first use, because every call of the module pays for what it loads. */
export interface LazyClients {
  /** @param region Of a registry, which need not be the target's. */
  ecr(region: string): Promise<Pick<ECRClient, "send">>;
  iam(): Promise<Pick<IAMClient, "send">>;
  elb(): Promise<Pick<ElasticLoadBalancingV2Client, "send">>;
  /** @param region Of the secret, which need not be the service's. */
  secretsManager(region: string): Promise<Pick<SecretsManagerClient, "send">>;
  /** @param region Of the parameter, which need not be the service's. */
  ssm(region: string): Promise<Pick<SSMClient, "send">>;
  events(): Promise<Pick<EventBridgeClient, "send">>;
  scheduler(): Promise<Pick<SchedulerClient, "send">>;
}

/** Settings of all clients. */
interface ClientSettings {
  region: string;
  credentials: Credentials | AssumedCredentials;
  maxAttempts: number;
  endpoint?: string;
}

export function lazyClients(settings: ClientSettings): LazyClients {
  return {
    ecr: async (region) => wrapErrors(new sdk.ecr.ECRClient({ ...settings, region }), "ecr"),
    // IAM is one for all regions: the SDK finds its place from the partition of the region.
    iam: async () => wrapErrors(new sdk.iam.IAMClient(settings), "iam"),
    elb: async () => wrapErrors(new sdk.elb.ElasticLoadBalancingV2Client(settings), "elasticloadbalancing"),
    secretsManager: async (region) =>
      wrapErrors(new sdk.secretsManager.SecretsManagerClient({ ...settings, region }), "secretsmanager"),
    ssm: async (region) => wrapErrors(new sdk.ssm.SSMClient({ ...settings, region }), "ssm"),
    events: async () => wrapErrors(new sdk.events.EventBridgeClient(settings), "events"),
    scheduler: async () => wrapErrors(new sdk.scheduler.SchedulerClient(settings), "scheduler"),
  };
}
