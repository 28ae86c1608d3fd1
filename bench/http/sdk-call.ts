import * as monitoring from "@aws-sdk/client-cloudwatch";
import * as logs from "@aws-sdk/client-cloudwatch-logs";
import * as ecr from "@aws-sdk/client-ecr";
import * as ecs from "@aws-sdk/client-ecs";
import * as elb from "@aws-sdk/client-elastic-load-balancing-v2";
import type { JsonObject } from "../../infra/local/aws/index.js";
import type { Call } from "../scenario/images.js";

/** Keys in the form of `credentials.json`. */
export interface Keys {
  AccessKeyId: string;
  SecretAccessKey: string;
}

interface Client {
  send(command: object): Promise<object>;
}
type Commands = Record<string, new (input: object) => object>;

/** Calls the local AWS over HTTP by the SDK's clients. Times in outputs are dates. */
export function sdkCall(endpoint: string, region: string, keys: Keys): Call {
  const credentials = { accessKeyId: keys.AccessKeyId, secretAccessKey: keys.SecretAccessKey };
  const config = { endpoint, region, credentials };
  const clients: Record<string, [Client, object]> = {
    ecs: [new ecs.ECSClient(config) as Client, ecs],
    ecr: [new ecr.ECRClient(config) as Client, ecr],
    elasticloadbalancing: [new elb.ElasticLoadBalancingV2Client(config) as Client, elb],
    logs: [new logs.CloudWatchLogsClient(config) as Client, logs],
    monitoring: [new monitoring.CloudWatchClient(config) as Client, monitoring],
  };
  return async (service, operation, { layerPartBlob, ...input }) => {
    const [client, commands] = clients[service] ?? [];
    const Command = (commands as Commands | undefined)?.[`${operation}Command`];
    if (!client || !Command) throw new Error(`The SDK's clients here have no ${service}:${operation}.`);
    const bytes = typeof layerPartBlob === "string" && { layerPartBlob: Buffer.from(layerPartBlob, "base64") };
    return (await client.send(new Command({ ...input, ...bytes }))) as JsonObject;
  };
}
