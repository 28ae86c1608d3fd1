import type { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import type { IAMClient } from "@aws-sdk/client-iam";
import type { SchedulerClient } from "@aws-sdk/client-scheduler";
import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { SSMClient } from "@aws-sdk/client-ssm";
import type { Credentials } from "./credentials.js";

/** The AWS services that few calls need. Each is loaded when it is asked for, because every call of the module pays for what it loads. */
export interface LazyClients {
  iam(): Promise<Pick<IAMClient, "send">>;
  elb(): Promise<Pick<ElasticLoadBalancingV2Client, "send">>;
  /** @param region Of the secret, which need not be the service's. */
  secretsManager(region: string): Promise<Pick<SecretsManagerClient, "send">>;
  /** @param region Of the parameter, which need not be the service's. */
  ssm(region: string): Promise<Pick<SSMClient, "send">>;
  events(): Promise<Pick<EventBridgeClient, "send">>;
  scheduler(): Promise<Pick<SchedulerClient, "send">>;
}

/** What all clients are made with. */
interface ClientSettings {
  region: string;
  credentials: Credentials;
  maxAttempts: number;
  endpoint?: string;
}

let elbPackage: Promise<typeof import("@aws-sdk/client-elastic-load-balancing-v2")> | undefined;

/** The package of Elastic Load Balancing's client, with its commands and errors: loaded at the first call, and known at each further one. */
export function loadElb(): NonNullable<typeof elbPackage> {
  elbPackage ??= import("@aws-sdk/client-elastic-load-balancing-v2");
  return elbPackage;
}

export function lazyClients(settings: ClientSettings): LazyClients {
  return {
    // IAM is one for all regions: the SDK finds its place from the partition of the region.
    iam: async () => new (await import("@aws-sdk/client-iam")).IAMClient(settings),
    elb: async () => new (await loadElb()).ElasticLoadBalancingV2Client(settings),
    secretsManager: async (region) =>
      new (await import("@aws-sdk/client-secrets-manager")).SecretsManagerClient({ ...settings, region }),
    ssm: async (region) => new (await import("@aws-sdk/client-ssm")).SSMClient({ ...settings, region }),
    events: async () => new (await import("@aws-sdk/client-eventbridge")).EventBridgeClient(settings),
    scheduler: async () => new (await import("@aws-sdk/client-scheduler")).SchedulerClient(settings),
  };
}
