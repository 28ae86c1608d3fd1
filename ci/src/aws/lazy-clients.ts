import type { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { IAMClient } from "@aws-sdk/client-iam";
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
}

/** What all clients are made with. */
interface ClientSettings {
  region: string;
  credentials: Credentials;
  maxAttempts: number;
  endpoint?: string;
}

export function lazyClients(settings: ClientSettings): LazyClients {
  return {
    // IAM is one for all regions: the SDK finds its place from the partition of the region.
    iam: async () => new (await import("@aws-sdk/client-iam")).IAMClient(settings),
    elb: async () =>
      new (await import("@aws-sdk/client-elastic-load-balancing-v2")).ElasticLoadBalancingV2Client(settings),
    secretsManager: async (region) =>
      new (await import("@aws-sdk/client-secrets-manager")).SecretsManagerClient({ ...settings, region }),
    ssm: async (region) => new (await import("@aws-sdk/client-ssm")).SSMClient({ ...settings, region }),
  };
}
