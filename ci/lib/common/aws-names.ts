/** A group of regions with ARNs, DNS names and accounts of its own. */
export interface Partition {
  /** The second part of every ARN in it, such as `aws-cn`. */
  id: string;
  /** Suffix of the names of its service endpoints and registries. */
  dnsSuffix: string;
}

/** From https://github.com/boto/botocore/blob/develop/botocore/data/partitions.json: a region that no pattern fits is in `aws`. */
const partitions: readonly (Partition & { pattern: RegExp })[] = [
  { id: "aws-cn", dnsSuffix: "amazonaws.com.cn", pattern: /^cn-/ },
  { id: "aws-us-gov", dnsSuffix: "amazonaws.com", pattern: /^us-gov-/ },
  { id: "aws-eusc", dnsSuffix: "amazonaws.eu", pattern: /^eusc-/ },
  { id: "aws-iso", dnsSuffix: "c2s.ic.gov", pattern: /^us-iso-/ },
  { id: "aws-iso-b", dnsSuffix: "sc2s.sgov.gov", pattern: /^us-isob-/ },
  { id: "aws-iso-e", dnsSuffix: "cloud.adc-e.uk", pattern: /^eu-isoe-/ },
  { id: "aws-iso-f", dnsSuffix: "csp.hci.ic.gov", pattern: /^us-isof-/ },
];
const commercial: Partition = { id: "aws", dnsSuffix: "amazonaws.com" };

/** A name of AWS's regions, known today or not: `us-west-2`, `us-gov-west-1`, `eusc-de-east-1`. */
export const regionPattern = /^[a-z]{2,5}(?:-[a-z]+){1,3}-\d{1,2}$/;

export function partitionOf(region: string): Partition {
  const { id, dnsSuffix } = partitions.find(({ pattern }) => pattern.test(region)) ?? commercial;
  return { id, dnsSuffix };
}

/** Name of an account's private registry in a region. https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html */
export function registryHost(account: string, region: string): string {
  return `${account}.dkr.ecr.${region}.${partitionOf(region).dnsSuffix}`;
}

/**
 * Returns the account and region of a private registry by its host, also with FIPS or by its dual-stack name; undefined for any other
 * host. https://docs.aws.amazon.com/general/latest/gr/ecr.html
 */
export function registryAt(host: string): { account: string; region: string } | undefined {
  const [, account = "", region = "", suffix = ""] =
    /^(\d{12})\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\.([a-z0-9.-]+)$/.exec(host) ?? [];
  if (!regionPattern.test(region)) return undefined;
  const suffixes = [partitionOf(region).dnsSuffix, "on.aws", "on.amazonwebservices.com.cn"];
  return suffixes.includes(suffix) ? { account, region } : undefined;
}

/** A repository's name as ECR takes it. https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html */
export const repositoryPattern = /^(?=.{2,256}$)[a-z0-9]+(?:[._-][a-z0-9]+)*(?:\/[a-z0-9]+(?:[._-][a-z0-9]+)*)*$/;

/**
 * Shortens the ARNs of task definitions, tasks, deployments and target groups in a text to their names, for people: machines read the text
 * itself. ARNs of roles, secrets and rules stay whole, because they are copied into policies and commands.
 */
export function shortArns(text: string): string {
  return text
    .replace(/\barn:aws[a-z-]*:ecs:[a-z0-9-]*:\d*:[a-z-]+\/(?:[\w-]+\/)*([\w:-]+)/g, "$1")
    .replace(/\barn:aws[a-z-]*:elasticloadbalancing:[a-z0-9-]*:\d*:targetgroup\/([\w-]+)\/\w+/g, "$1");
}

/** Returns the last part of an ARN's resource, such as `service:3` of a task definition's or the ID of a task's. */
export function nameIn(arn: string): string {
  return arn.slice(arn.lastIndexOf("/") + 1);
}

/** Returns a target group's name from its ARN, which ends with an id after the name. */
export function targetGroupName(arn: string): string {
  return arn.split("/").at(-2) ?? arn;
}
