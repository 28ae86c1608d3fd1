import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { ECRClient } from "@aws-sdk/client-ecr";
import { ECSClient, type ECSClientConfig } from "@aws-sdk/client-ecs";
import { STSClient } from "@aws-sdk/client-sts";
import type { Credentials } from "./credentials.js";
import { type LazyClients, lazyClients } from "./lazy-clients.js";
import { requestHandler } from "./request-handler.js";

/** The SDK's clients of the AWS services that a release needs. */
export interface Clients {
  ecs: ECSClient;
  ecr: ECRClient;
  sts: STSClient;
  logs: CloudWatchLogsClient;
  lazy: LazyClients;
  /** The base URL of a local AWS; absent for AWS itself. */
  endpoint?: string;
}

/** What a rollout needs of them: somebody who is sent a command and answers as the SDK does, errors included. */
export type Aws = { [Service in Exclude<keyof Clients, "lazy" | "endpoint">]: Pick<Clients[Service], "send"> } & Pick<
  Clients,
  "lazy" | "endpoint"
>;

export interface AwsOptions {
  /** The service's region. */
  region: string;
  /** The image registry's region, if it is another. */
  registryRegion?: string;
  credentials: Credentials;
  /** One URL for every service, such as that of a local AWS; AWS itself when absent. */
  endpoint?: string;
  /** What carries the requests, in place of HTTP over the network. */
  requestHandler?: ECSClientConfig["requestHandler"];
}

const MAX_ATTEMPTS = 5;

export function createAws({ region, registryRegion, credentials, endpoint, ...options }: AwsOptions): Clients {
  const config = {
    region,
    credentials,
    retryMode: "standard",
    maxAttempts: MAX_ATTEMPTS,
    requestHandler: options.requestHandler ?? requestHandler({ direct: endpoint !== undefined }),
    ...(endpoint !== undefined && { endpoint }),
  };
  return {
    ecs: new ECSClient(config),
    ecr: new ECRClient({ ...config, region: registryRegion ?? region }),
    sts: new STSClient(config),
    logs: new CloudWatchLogsClient(config),
    lazy: lazyClients(config),
    ...(endpoint !== undefined && { endpoint }),
  };
}
