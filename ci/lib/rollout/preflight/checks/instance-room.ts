import type { ContainerInstance, Service } from "@aws-sdk/client-ecs";
import { readChunks, readPages } from "../../../aws/paging.js";
import type { JsonObject } from "../../../aws/raw-task-definition.js";
import { abort, sdk } from "../../../aws/sdk.js";
import { tryRead } from "../../../aws/try-read.js";
import { fixOf, type Readable } from "../../../common/readable.js";
import { reservedBy } from "../../plan/task-size-override.js";
import type { Session } from "../../session.js";
import { isOnFargate } from "../fargate.js";
import { notRead, type Finding as TopicFinding, warning } from "../finding.js";
import type { BaseFacts, SharedReads } from "../shared-reads.js";

const ids = ["instance-room"] as const;
type Finding = TopicFinding<(typeof ids)[number]>;

/** CPU units and MiB. */
interface Room {
  cpu: number;
  memory: number;
}

export interface InstanceRoomFacts {
  /** Free room of each container instance; its value is undefined where a deployment needs none of it at once. */
  rooms: Readable<readonly Room[] | undefined>;
}

/**
 * Checks that the container instances have room for a whole second set of tasks, which a strategy with traffic shifts starts beside the
 * running one. Only CPU and memory are compared: ports and placement constraints may leave less.
 */
export function instanceRoom({ next, desiredCount, rooms }: BaseFacts & InstanceRoomFacts): Finding[] {
  if ("unknown" in rooms) {
    return notRead(
      "instance-room",
      `Whether the container instances have room for the new tasks beside the old ones could not be read: ${rooms.unknown}.`,
      fixOf(
        rooms.unknown,
        "Allow ecs:ListContainerInstances on the cluster, and ecs:DescribeContainerInstances on its container instances.",
      ),
    );
  }
  const size = sizeOf(next);
  if (rooms.value === undefined) return [];
  const most = rooms.value.reduce((sum, room) => sum + fitting(room, size), 0);
  if (most >= desiredCount) return [];
  return warning(
    "instance-room",
    `The new revision starts ${desiredCount} tasks of ${size.cpu} CPU units and ${size.memory} MiB beside the running ones, and the container instances of the cluster have room for ${most}.`,
    "Add container instances, use a capacity provider with managed scaling, or deploy with --strategy rolling.",
  );
}

function fitting({ cpu, memory }: Room, size: Room): number {
  const counts = [size.cpu > 0 ? cpu / size.cpu : Infinity, size.memory > 0 ? memory / size.memory : Infinity];
  return Math.floor(Math.min(...counts));
}

/** A task's own size counts where it has one, else what its containers reserve. */
function sizeOf(taskDefinition: JsonObject): Room {
  const of = (what: "cpu" | "memory") => Number(taskDefinition[what] ?? Number.NaN) || reservedBy(taskDefinition, what);
  return { cpu: of("cpu"), memory: of("memory") };
}

/** Returns whether a second set of tasks has to find room on instances: a capacity provider may add instances, and is not judged. */
export function needsInstances(
  { deploymentConfiguration = {}, ...service }: Service,
  taskDefinition: JsonObject,
): boolean {
  const { strategy = "ROLLING" } = deploymentConfiguration;
  const hasProvider = (service.capacityProviderStrategy ?? []).length > 0;
  if (strategy === "ROLLING" || hasProvider || service.launchType === "EXTERNAL") return false;
  return !isOnFargate(taskDefinition, service);
}

/** Highest number of instances in one call: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeContainerInstances.html */
const instancesAtOnce = 100;

async function readRooms(session: Session): Promise<Room[]> {
  const { aws, target } = session;
  const { cluster } = target;
  const arns = await readPages(async (nextToken) => {
    const status = "ACTIVE";
    const command = new sdk.ecs.ListContainerInstancesCommand({ cluster, status, ...(nextToken && { nextToken }) });
    const page = await aws.ecs.send(command, abort(session));
    return { items: page.containerInstanceArns, nextToken: page.nextToken };
  });
  const instances = await readChunks(arns, instancesAtOnce, async (containerInstances) => {
    const command = new sdk.ecs.DescribeContainerInstancesCommand({ cluster, containerInstances });
    return (await aws.ecs.send(command, abort(session))).containerInstances;
  });
  return instances.map(roomOf);
}

function roomOf({ remainingResources = [] }: ContainerInstance): Room {
  const of = (resource: string) => remainingResources.find(({ name }) => name === resource)?.integerValue ?? 0;
  return { cpu: of("CPU"), memory: of("MEMORY") };
}

export const instanceRoomTopic = {
  ids,
  read: async ({ session, service, next, desiredCount }: SharedReads): Promise<InstanceRoomFacts> => {
    const { cpu, memory } = sizeOf(next);
    const isJudged = needsInstances(service, next) && desiredCount > 0 && cpu + memory > 0;
    return { rooms: isJudged ? await tryRead(readRooms(session), session.signal) : { value: undefined } };
  },
  judge: instanceRoom,
};
