import { Readable } from "node:stream";
import type { ApplicationAutoScalingClient } from "@aws-sdk/client-application-auto-scaling";
import type { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import type { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { ECRClient } from "@aws-sdk/client-ecr";
import type { ECSClient, ECSClientConfig } from "@aws-sdk/client-ecs";
import type { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import type { IAMClient } from "@aws-sdk/client-iam";
import type { LambdaClient } from "@aws-sdk/client-lambda";
import type { S3Client } from "@aws-sdk/client-s3";
import type { SchedulerClient } from "@aws-sdk/client-scheduler";
import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { SNSClient } from "@aws-sdk/client-sns";
import type { SSMClient } from "@aws-sdk/client-ssm";
import type { STSClient } from "@aws-sdk/client-sts";
import { once } from "../common/memoize.js";
import type { AssumedCredentials } from "./assume-role.js";
import type { Credentials } from "./credentials.js";
import { wrapErrors } from "./errors.js";
import { requestHandler } from "./request-handler.js";
import { sdk } from "./sdk.js";

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

/** The part of the clients that a rollout needs: it takes commands and returns or throws as the SDK does. */
export type Aws = { [Service in Exclude<keyof Clients, "lazy" | "endpoint">]: Pick<Clients[Service], "send"> } & Pick<
  Clients,
  "lazy" | "endpoint"
>;

export interface AwsOptions {
  /** The service's region. */
  region: string;
  /** The image registry's region, if it is another. */
  registryRegion?: string;
  credentials: Credentials | AssumedCredentials;
  /** One URL for every service, such as that of a local AWS; AWS itself when absent. */
  endpoint?: string;
  /** Request handler in place of HTTP over the network. */
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
  // A client is made, and its package loaded, when its first call is sent.
  const ecs = once(() => wrapErrors(new sdk.ecs.ECSClient(config), "ecs"));
  const ecr = once(() => wrapErrors(new sdk.ecr.ECRClient({ ...config, region: registryRegion ?? region }), "ecr"));
  const sts = once(() => wrapErrors(new sdk.sts.STSClient(config), "sts"));
  const logs = once(() => wrapErrors(new sdk.logs.CloudWatchLogsClient(config), "logs"));
  return {
    get ecs() {
      return ecs();
    },
    get ecr() {
      return ecr();
    },
    get sts() {
      return sts();
    },
    get logs() {
      return logs();
    },
    lazy: lazyClients(config),
    ...(endpoint !== undefined && { endpoint }),
  };
}

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
  autoscaling(): Promise<Pick<ApplicationAutoScalingClient, "send">>;
  cloudWatch(): Promise<Pick<CloudWatchClient, "send">>;
  lambda(): Promise<Pick<LambdaClient, "send">>;
  /** @param region Of the event bus; by default the service's. */
  events(region?: string): Promise<Pick<EventBridgeClient, "send">>;
  /** @param region Of the topic, which need not be the service's. */
  sns(region: string): Promise<Pick<SNSClient, "send">>;
  scheduler(): Promise<Pick<SchedulerClient, "send">>;
  s3(): Promise<Pick<S3Client, "send">>;
  dynamodb(): Promise<Pick<DynamoDBClient, "send">>;
}

/** The SDK expects a stream for an object's content, and the request handler has read it whole, with its limits. */
function withStreams(client: S3Client): S3Client {
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const response = result.response as { body?: unknown };
      if (response.body instanceof Uint8Array) response.body = Readable.from([response.body]);
      return result;
    },
    { step: "deserialize", priority: "low", name: "streamBody" },
  );
  return client;
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
    autoscaling: async () =>
      wrapErrors(new sdk.autoscaling.ApplicationAutoScalingClient(settings), "application-autoscaling"),
    cloudWatch: async () => wrapErrors(new sdk.cloudWatch.CloudWatchClient(settings), "cloudwatch"),
    lambda: async () => wrapErrors(new sdk.lambda.LambdaClient(settings), "lambda"),
    events: async (region = settings.region) =>
      wrapErrors(new sdk.events.EventBridgeClient({ ...settings, region }), "events"),
    sns: async (region) => wrapErrors(new sdk.sns.SNSClient({ ...settings, region }), "sns"),
    scheduler: async () => wrapErrors(new sdk.scheduler.SchedulerClient(settings), "scheduler"),
    // A bucket need not be in the service's region; a local AWS has no names for the hosts of buckets.
    s3: async () => {
      const forcePathStyle = settings.endpoint !== undefined;
      const client = new sdk.s3.S3Client({ ...settings, followRegionRedirects: true, forcePathStyle });
      return wrapErrors(withStreams(client), "s3");
    },
    dynamodb: async () => wrapErrors(new sdk.dynamodb.DynamoDBClient(settings), "dynamodb"),
  };
}
