import { nameIn } from "../../../aws/arn.js";
import { parseImage } from "../../../ecs/image-reference.js";
import type { ContainerImage, PreflightFacts, RollbackRevision } from "../facts.js";
import type { Finding } from "../finding.js";

/**
 * The images of the revision that the service returns to are there. A warning, because the old tasks run on until the new ones are
 * healthy, and because the deploy may be what mends the service; but once the old tasks are gone nothing can start them again.
 */
export function wayBack({ wayBack }: PreflightFacts): Finding[] {
  if ("unknown" in wayBack) return [notChecked("The revision that the service would return to", wayBack.unknown)];
  const { value } = wayBack;
  if (!value) return [];
  return value.images.flatMap((one) => judge(one, value));
}

function judge({ container, image, state }: ContainerImage, { taskDefinition, version }: RollbackRevision): Finding[] {
  const revision = nameIn(taskDefinition);
  const named = `The image of ${container} in ${revision}${version === undefined ? "" : ` (${version})`}`;
  if ("unknown" in state) return [notChecked(`${named}, ${image},`, state.unknown)];
  if (state.value?.status === "ACTIVE") return [];
  const is = state.value ? `${state.value.status} in ECR` : "not in ECR any more";
  return [
    {
      id: "return-image-missing",
      level: "warning",
      what: `${named}, ${image}, is ${is}. It runs now or ran last: if this deploy fails once its old tasks are gone, neither ECS nor Slipway can go back to it.`,
      fix: state.value
        ? `Restore it first: aws ecr update-image-storage-class --image-id imageDigest=${parseImage(image).digest ?? "…"} --target-storage-class STANDARD …`
        : "Push that very image again where it still exists, or watch this deploy: the next good release is the next way back. Let no lifecycle policy expire images that run.",
    },
  ];
}

function notChecked(what: string, reason: string): Finding {
  return {
    id: "return-image-missing",
    level: "not-checked",
    what: `${what} was not looked up: ${reason}.`,
    fix: "Allow ecr:DescribeImages on its repository, and ecs:ListServiceDeployments and ecs:DescribeServiceRevisions on the service.",
  };
}
