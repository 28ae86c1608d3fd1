import { partitionOf } from "../common/aws-names.js";
import type { Target } from "../config/target.js";

/** Pages of the AWS console about a service. */
export interface ConsoleLinks {
  /** The service's health. */
  service: string;
  /** Its deployments, each with its events and its tasks. */
  deployments: string;
}

/** Domains of the console by partition. Others have no public console. https://docs.aws.amazon.com/general/latest/gr/rande.html */
const consoles = new Map([
  ["aws", "console.aws.amazon.com"],
  ["aws-cn", "console.amazonaws.cn"],
  ["aws-us-gov", "console.amazonaws-us-gov.com"],
]);

/**
 * Returns the console's pages about a target's service. Pure.
 * @param endpoint The base URL of a local AWS, which has no console.
 * @returns undefined where there is no console.
 */
export function consoleLinks(
  { region, cluster, service }: Pick<Target, "region" | "cluster" | "service">,
  endpoint: string | undefined,
): ConsoleLinks | undefined {
  const origin = originOf(region, endpoint);
  if (origin === undefined) return undefined;
  const page = (name: string) =>
    `${origin}/ecs/v2/clusters/${encodeURIComponent(cluster)}/services/${encodeURIComponent(service)}/${name}?region=${region}`;
  return { service: page("health"), deployments: page("deployments") };
}

/** Returns the console's page of a log stream; undefined where there is no console. Pure. */
export function logStreamLink(
  { group, stream }: { group: string; stream: string },
  region: string,
  endpoint: string | undefined,
): string | undefined {
  const origin = originOf(region, endpoint);
  // The console's router decodes names twice, with $ in place of %.
  const name = (text: string) => encodeURIComponent(encodeURIComponent(text)).replaceAll("%", "$");
  return (
    origin &&
    `${origin}/cloudwatch/home?region=${region}#logsV2:log-groups/log-group/${name(group)}/log-events/${name(stream)}`
  );
}

function originOf(region: string, endpoint: string | undefined): string | undefined {
  const domain = consoles.get(partitionOf(region).id);
  return endpoint === undefined && domain !== undefined ? `https://${region}.${domain}` : undefined;
}
