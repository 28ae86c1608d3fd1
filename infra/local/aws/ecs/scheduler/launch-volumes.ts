import type { Json, JsonObject } from "../../protocol/service.js";
import { object, objects } from "../model/task-definition-json.js";
import { type Random, randomHex } from "../seeded-random.js";

/**
 * Returns the attachments of a task's volumes that are configured at launch, as DescribeTasks returns them. A service's volumes are always
 * deleted with their task. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ebs-volumes.html
 */
export function volumesAtLaunch(random: Random, configurations: Json | undefined): JsonObject[] {
  return objects(configurations).map(({ name, managedEBSVolume }) => {
    const { roleArn, filesystemType = "xfs", terminationPolicy } = object(managedEBSVolume);
    const { deleteOnTermination = true } = object(terminationPolicy);
    const details: [string, Json | undefined][] = [
      ["roleArn", roleArn],
      ["volumeName", name],
      ["filesystemType", filesystemType],
      ["deleteOnTermination", String(deleteOnTermination)],
      ["volumeId", `vol-${randomHex(random, 17)}`],
    ];
    return {
      id: randomHex(random, 32),
      type: "AmazonElasticBlockStorage",
      details: details.map(([key, value]) => ({ name: key, value: String(value ?? "") })),
    };
  });
}
