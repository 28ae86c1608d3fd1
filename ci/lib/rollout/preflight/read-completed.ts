import type { Service } from "@aws-sdk/client-ecs";
import { sdk } from "../../aws/sdk.js";
import { abort } from "../../aws/send-options.js";
import { type Known, knowing } from "../../aws/try-read.js";
import type { ReadableDeployments } from "../../ecs/service-deployments.js";
import type { Session } from "../session.js";

/** Whether a deployment of the service has ever completed. History is asked only where what is known already does not tell. */
export async function readCompleted(
  session: Session,
  service: Service,
  deployments: ReadableDeployments,
): Promise<Known<boolean>> {
  const isCompleted = service.deployments?.some((one) => one.rolloutState === "COMPLETED");
  if (isCompleted || deployments.listed.some((one) => one.status === "SUCCESSFUL")) return { value: true };
  if (deployments.classicOnly !== undefined) return { unknown: deployments.classicOnly };
  return await knowing(hasSuccessful(session), session.signal);
}

/** What is known already reaches back to the current revision only. */
async function hasSuccessful(session: Session): Promise<boolean> {
  const { cluster, service } = session.target;
  const command = new sdk.ecs.ListServiceDeploymentsCommand({ cluster, service, status: ["SUCCESSFUL"] });
  const answer = await session.aws.ecs.send(command, abort(session));
  return answer.serviceDeployments?.some(({ status }) => status === "SUCCESSFUL") ?? false;
}
