import { BadInput, shown } from "./bad-input.js";
import { convertContainer } from "./convert-container.js";
import type { Container, TaskDefinition } from "./local-task-definition.js";
import { isObject, type JsonObject, objects, type UserTarget } from "./service-file.js";

/** Local service that is converted from the user's task definition. */
export interface ConvertedTaskDefinition {
  target: UserTarget;
  /** Released containers; the first accepts requests. */
  containers: Container[];
  rest: Partial<TaskDefinition>;
  /** Notes on the differences from the user's task definition. */
  notes: string[];
}

const ecrImage = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.[a-z0-9.-]+\/([^:@]+)/;
const arn = /^arn:aws[\w-]*:[a-z]+:([a-z0-9-]*):(\d{12}):/;

/**
 * Converts a task definition to a local service. Containers of other images than the released one are left out: the local AWS pulls only from its own
 * registry.
 *
 * @param named Names of the released containers; when empty, they are found by their images.
 * @throws {BadInput} The released container is ambiguous.
 */
export function convertTaskDefinition(given: JsonObject, named: readonly string[]): ConvertedTaskDefinition {
  const all = objects(given.containerDefinitions);
  const released = releasedContainers(all, named);
  const image = String(released[0]?.image);
  const family = typeof given.family === "string" && /^[\w-]{1,255}$/.test(given.family) ? given.family : "rehearsal";
  const arns = [given.taskDefinitionArn, given.executionRoleArn, given.taskRoleArn].map((one) => arn.exec(String(one)));
  const [, account, region, name] = ecrImage.exec(image) ?? [];
  const target: UserTarget = {
    region: arns[0]?.[1] || region || logRegion(all) || "us-east-1",
    account: arns.find((found) => found)?.[2] ?? account ?? "123456789012",
    cluster: "rehearsal",
    service: family,
    family,
    container: String(released[0]?.name),
    ...(released.length > 1 && { containers: released.map((one) => String(one.name)) }),
    repository: repositoryName(name ?? image),
  };
  const names = released.map((one) => String(one.name));
  const made = released.map((one) => convertContainer(one, target, names));
  const containers = made.map(({ container }) => container);
  // A task needs an essential container.
  if (containers.every(({ essential }) => essential === false)) for (const one of containers) one.essential = true;
  const left = all.filter((one) => !released.includes(one)).map(({ name }) => String(name));
  const volumes = objects(given.volumes);
  const replaced = volumes.filter((volume) =>
    Object.keys(volume).some((key) => key !== "name" && isObject(volume[key])),
  );
  return {
    target,
    containers,
    rest: {
      ...roles(given),
      ...sizeOf(given, released),
      ...(volumes.length > 0 && { volumes: volumes.map((volume) => ({ name: String(volume.name) })) }),
    },
    notes: [
      ...(left.length > 0 ? [`containers without the released image are left out: ${left.join(", ")}`] : []),
      ...made.flatMap(({ notes }) => notes),
      ...(replaced.length > 0
        ? [`volumes are empty at first: ${replaced.map(({ name }) => String(name)).join(", ")}`]
        : []),
    ],
  };
}

/** Returns the named containers; else those of the only private image; else those of the only image with a port. */
function releasedContainers(all: JsonObject[], named: readonly string[]): JsonObject[] {
  const names = all.map(({ name }) => String(name));
  const unknown = named.find((name) => !names.includes(name));
  if (unknown !== undefined || all.length === 0) {
    throw new BadInput(`--container ${shown(unknown ?? "")}: accepted: ${names.map(shown).join(", ") || "none"}.`);
  }
  const choices = [
    all.filter(({ name }) => named.includes(String(name))),
    all.filter(({ image }) => ecrImage.test(String(image))),
    all.filter(({ portMappings }) => objects(portMappings).length > 0),
    all,
  ];
  const found = choices.find((some) => some.length > 0 && new Set(some.map(({ image }) => image)).size === 1);
  if (!found || (named.length > 0 && found !== choices[0])) {
    const listed = all.map(({ name, image }) => `  ${shown(name)}: ${shown(image)}`).join("\n");
    throw new BadInput(
      `The task definition has containers of several images, so the released one is ambiguous:\n${listed}\nName one: --container NAME`,
    );
  }
  const hasPort = (one: JsonObject) => objects(one.portMappings).length > 0;
  return [...found.filter(hasPort), ...found.filter((one) => !hasPort(one))];
}

function roles({ executionRoleArn, taskRoleArn }: JsonObject): Partial<TaskDefinition> {
  return {
    ...(arn.test(String(executionRoleArn)) && { executionRoleArn: String(executionRoleArn) }),
    ...(arn.test(String(taskRoleArn)) && { taskRoleArn: String(taskRoleArn) }),
  };
}

/** Returns the task's size; for a task on container instances, the smallest Fargate size that is large enough. */
function sizeOf(
  { requiresCompatibilities, cpu, memory }: JsonObject,
  containers: JsonObject[],
): Partial<TaskDefinition> {
  const onFargate = Array.isArray(requiresCompatibilities) && requiresCompatibilities.includes("FARGATE");
  if (onFargate && cpu && memory) return { cpu: String(cpu), memory: String(memory) };
  const sum = (key: string) => containers.reduce((total, one) => total + (Number(one[key]) || 0), 0);
  const least = Math.max(sum("memory"), sum("memoryReservation"));
  return fargateSize(Number(cpu) || sum("cpu") || 1_024, Number(memory) || least || 2_048);
}

function logRegion(containers: JsonObject[]): string | undefined {
  const options = containers.map(({ logConfiguration }) => isObject(logConfiguration) && logConfiguration.options);
  const region = options.map((one) => isObject(one) && one["awslogs-region"]).find((one) => typeof one === "string");
  return typeof region === "string" && /^[a-z0-9-]{1,30}$/.test(region) ? region : undefined;
}

/** Returns a repository name that ECR accepts; for an image of another registry, one made from its path. */
export function repositoryName(image: string): string {
  const path = image.replace(/^[^/]*[.:][^/]*\//, "").replace(/[:@].*$/, "");
  const name = path
    .toLowerCase()
    .replace(/[^a-z0-9/]+/g, "-")
    .replace(/^[-/]+|[-/]+$/g, "")
    .replace(/-?\/+-?/g, "/");
  return name.length > 1 ? name.slice(0, 200) : "rehearsal";
}

/** Fargate sizes: CPU units, then minimum, maximum and step of the memory in MiB: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html#fargate-tasks-size */
const sizes = [
  [256, 512, 2_048, 512],
  [512, 1_024, 4_096, 1_024],
  [1_024, 2_048, 8_192, 1_024],
  [2_048, 4_096, 16_384, 1_024],
  [4_096, 8_192, 30_720, 1_024],
  [8_192, 16_384, 61_440, 4_096],
  [16_384, 32_768, 122_880, 8_192],
] as const;

/** Returns the smallest Fargate size with at least these CPU units and MiB, or the largest size. */
export function fargateSize(cpu: number, memory: number): { cpu: string; memory: string } {
  const [units, least, most, step] = sizes.find(([units, , most]) => units >= cpu && most >= memory) ?? sizes[6];
  const stepped = least + Math.ceil(Math.max(0, memory - least) / step) * step;
  // A quarter of a vCPU is offered with 512, 1024 and 2048 MiB only.
  const offered = units === 256 && stepped > 1_024 ? 2_048 : stepped;
  return { cpu: String(units), memory: String(Math.min(offered, most)) };
}
