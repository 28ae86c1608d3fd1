import type { Container } from "dockerode";
import type { Engine } from "../../../containers/connect.js";
import type { TaskSpec } from "../task-runtime.js";
import { labels } from "./container-options.js";

export interface FoundTask {
  /** Empty when nothing of the task is left. */
  address: string;
  /** The containers that run, by name. */
  containers: Map<string, { container: Container; imageDigest: string }>;
}

/** Looks for what an earlier process has left running of a task. */
export async function findTask({ docker }: Engine, { taskArn }: TaskSpec): Promise<FoundTask> {
  const filters = JSON.stringify({ label: [`${labels.task}=${taskArn}`] });
  const found = await docker.listContainers({ filters });
  const address = found.map(({ Labels }) => Labels[labels.address]).find((text) => text !== undefined) ?? "";
  const named = found.filter(({ Labels }) => Labels[labels.container] !== undefined);
  const containers = new Map(
    named.map(({ Id, Labels }) => [
      Labels[labels.container] ?? "",
      { container: docker.getContainer(Id), imageDigest: Labels[labels.digest] ?? "" },
    ]),
  );
  return { address, containers };
}
