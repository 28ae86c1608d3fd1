import type { Service } from "@aws-sdk/client-ecs";
import { InputError } from "../common/errors.js";
import type { Target } from "../config/target.js";

/**
 * Refuses services of a kind that Slipway does not support, before a deploy could return a wrong verdict.
 * @throws InputError
 */
export function refuseUnsupported(service: Service, target: Pick<Target, "service">): void {
  const refusal = unsupported(service);
  if (!refusal) return;
  throw new InputError(
    refusal.code,
    `Service "${target.service}" ${refusal.is}. Slipway deploys to active REPLICA services with the ECS deployment controller. ${refusal.next}`,
  );
}

interface Refusal {
  code: string;
  is: string;
  next: string;
}

function unsupported(service: Service): Refusal | undefined {
  const controller = service.deploymentController?.type ?? "ECS";
  if (controller !== "ECS") {
    return {
      code: "other-controller",
      is: `has the deployment controller ${controller}`,
      next: "Deploy it with the tool that controls it, or change the service's deployment controller to ECS.",
    };
  }
  if (service.schedulingStrategy === "DAEMON") {
    return {
      code: "daemon-service",
      is: "has the scheduling strategy DAEMON",
      next: "Deploy daemon services with another tool.",
    };
  }
  // ECS returns this type for the services that Express Mode made and manages.
  if (service.resourceManagementType === "ECS") {
    return {
      code: "express-service",
      is: "is managed by ECS Express Mode (resourceManagementType ECS)",
      next: "Deploy it with UpdateExpressGatewayService.",
    };
  }
  if (service.loadBalancers?.some((balancer) => balancer.loadBalancerName)) {
    return {
      code: "classic-load-balancer",
      is: "is behind a Classic Load Balancer, for which ECS returns no rollout state",
      next: "Move it to an Application or Network Load Balancer.",
    };
  }
  if (service.status !== "ACTIVE") {
    return {
      code: "inactive-service",
      is: `is ${service.status}`,
      next: "Create it again, or name another service in the target.",
    };
  }
  return undefined;
}
