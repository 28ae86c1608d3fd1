import type { JsonObject } from "../../../protocol/service.js";
import { object, objects } from "../../model/task-definition-json.js";
import { clientException, shownValue } from "../common/ecs-errors.js";

const NAME = /^[a-zA-Z0-9_-]{1,255}$/;

/** Checks the volumes that a task definition declares, and that its containers mount no other. Throws ECS's error at the first violation. */
export function checkVolumes(input: JsonObject, containers: readonly JsonObject[]): void {
  const names = new Set<string>();
  for (const { name } of objects(input.volumes)) {
    if (typeof name !== "string" || name === "") throw clientException("Volume.name should not be null or empty.");
    if (!NAME.test(name)) throw clientException("Volume.name contains invalid characters.");
    if (names.has(name)) throw clientException(`Volume.name should be unique: '${name}' is used more than once.`);
    names.add(name);
  }
  for (const container of containers) {
    for (const { sourceVolume, containerPath } of objects(container.mountPoints)) {
      if (typeof sourceVolume !== "string" || !names.has(sourceVolume)) {
        throw clientException(`Unknown volume '${shownValue(sourceVolume)}'.`);
      }
      if (typeof containerPath !== "string" || containerPath === "") {
        throw clientException("MountPoint.containerPath should not be null or empty.");
      }
    }
  }
}

/** Adds the defaults of a volume: the root of a file system is mounted unless a directory is given. */
export function completeVolume(volume: JsonObject): JsonObject {
  if (volume.efsVolumeConfiguration === undefined) return volume;
  return { ...volume, efsVolumeConfiguration: { rootDirectory: "/", ...object(volume.efsVolumeConfiguration) } };
}
