import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { ECRClient } from "@aws-sdk/client-ecr";
import { ECSClient } from "@aws-sdk/client-ecs";

/** Keys in the form of `credentials.json`. */
export interface Keys {
  AccessKeyId: string;
  SecretAccessKey: string;
}

export interface Clients {
  ecs: ECSClient;
  ecr: ECRClient;
  logs: CloudWatchLogsClient;
  cloudWatch: CloudWatchClient;
}

/** Clients of the other principals: the one that creates the environment, and the users that intervene. */
export function clientsFor(endpoint: string, region: string, keys: Keys): Clients {
  const credentials = { accessKeyId: keys.AccessKeyId, secretAccessKey: keys.SecretAccessKey };
  const config = { endpoint, region, credentials };
  return {
    ecs: new ECSClient(config),
    ecr: new ECRClient(config),
    logs: new CloudWatchLogsClient(config),
    cloudWatch: new CloudWatchClient(config),
  };
}
