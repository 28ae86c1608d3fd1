import { nameIn } from "../../common/aws-names.js";
import { primaryOf, type Snapshot, type Subject, type TaskView } from "../../ecs/snapshot.js";
import { isServing } from "../../ecs/states.js";
import type { Witness } from "./verdict.js";

/** Returns the three facts that `deployed` depends on; without permission for service deployments there are two. */
export function witnesses(subject: Subject, snapshot: Snapshot): Witness[] {
  const own = subject.classicOnly ? [] : [serviceDeploymentWitness(snapshot)];
  return [...own, primaryWitness(subject, snapshot), tasksWitness(subject, snapshot)];
}

function serviceDeploymentWitness({ ours }: Snapshot): Witness {
  return { name: "service deployment", holds: ours?.status === "SUCCESSFUL", saw: ours?.status ?? "not listed yet" };
}

function primaryWitness(subject: Subject, { service }: Snapshot): Witness {
  const primary = primaryOf(service);
  const isOurs = primary?.taskDefinition === subject.taskDefinition;
  const whose = isOurs ? "our revision" : (primary?.taskDefinition ?? "none");
  return {
    name: "primary deployment",
    holds: isOurs && primary.rolloutState === "COMPLETED",
    saw: `${whose}, rollout ${primary?.rolloutState ?? "without a state"}`,
  };
}

/** Holds when every serving task runs our image, and the desired count is reached. */
function tasksWitness(subject: Subject, { service, tasks }: Snapshot): Witness {
  const serving = tasks.filter(isServing);
  const others = serving.filter((task) => !isOnOurImage(subject, task));
  const running = serving.filter((task) => task.lastStatus === "RUNNING" && isOnOurImage(subject, task)).length;
  const saw = `${running} of ${service.desiredCount} running on our image`;
  const rest = others.map((task) => nameIn(task.arn)).join(", ");
  return {
    name: "tasks",
    holds: others.length === 0 && running >= service.desiredCount,
    saw: others.length > 0 ? `${saw}; not on it: ${rest}` : saw,
  };
}

/** Compares the revision where no digest is known: ECS may omit it, and an image named by a tag may have none. */
function isOnOurImage(subject: Subject, task: TaskView): boolean {
  const digest = task.containers.find((container) => container.name === subject.container)?.imageDigest;
  return digest === undefined || subject.digests.length === 0
    ? task.taskDefinition === subject.taskDefinition
    : subject.digests.includes(digest);
}
