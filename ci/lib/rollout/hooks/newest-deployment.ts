import type { Service } from "@aws-sdk/client-ecs";
import { present } from "../../common/present.js";
import { describeService } from "../../ecs/service.js";
import { listRecent } from "../../ecs/service-deployments.js";
import { primaryOf } from "../../ecs/snapshot.js";
import { isFinished } from "../../ecs/states.js";
import { readThroughLag } from "../calls/retry.js";
import type { Session } from "../session.js";

/** The service, and the service deployment that is in flight, or else the newest one. */
export interface NewestDeployment {
  service: Service;
  /** Absent where ECS lists none: it keeps them for 90 days. */
  arn?: string;
  /** ARN of the service revision that it rolls out. */
  target?: string;
  /** Milliseconds since the epoch, on AWS's clock. */
  createdAt?: number;
  isInFlight: boolean;
}

/** Deployments that are searched for one that is unfinished: a new one ends those before it. */
const searched = 10;

/**
 * Finds the deployment in flight, or the newest one, of any user. ECS lists a deployment some seconds after the service shows it, so
 * the list is read again while the service is being deployed to and no unfinished deployment is listed.
 */
export async function findNewestDeployment(session: Session): Promise<NewestDeployment> {
  const read = async (): Promise<NewestDeployment> => {
    const [service, briefs] = await Promise.all([
      describeService(session.aws, session.target, session.signal),
      listRecent(session, searched),
    ]);
    const unfinished = briefs.find(({ status = "" }) => !isFinished(status));
    const { serviceDeploymentArn, targetServiceRevisionArn, createdAt } = unfinished ?? briefs[0] ?? {};
    return {
      service,
      isInFlight: unfinished !== undefined,
      ...present({
        arn: serviceDeploymentArn,
        target: targetServiceRevisionArn,
        createdAt: createdAt?.getTime(),
      }),
    };
  };
  const isSettled = ({ service }: NewestDeployment) => primaryOf(service)?.rolloutState !== "IN_PROGRESS";
  return await readThroughLag(session, read, (seen) => seen.isInFlight || isSettled(seen));
}
