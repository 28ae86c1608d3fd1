import type { PreflightFacts } from "../facts.js";
import type { Finding } from "../finding.js";

/** The service's limits leave room to start a new task or to stop an old one at the count it is to run. */
export function roomToReplace({ service, desiredCount }: PreflightFacts): Finding[] {
  const {
    strategy = "ROLLING",
    minimumHealthyPercent = 100,
    maximumPercent = 200,
  } = service.deploymentConfiguration ?? {};
  // The other strategies bring up a whole second set of tasks, whatever the limits are.
  if (strategy !== "ROLLING" || desiredCount === 0) return [];
  // Where nothing runs, nothing has to be replaced.
  if (service.runningCount === 0 && service.pendingCount === 0) return [];
  const least = Math.ceil((desiredCount * minimumHealthyPercent) / 100);
  const most = Math.floor((desiredCount * maximumPercent) / 100);
  if (most > desiredCount || least < desiredCount) return [];
  return [
    {
      id: "no-room-to-replace",
      level: "error",
      what: `With a desired count of ${desiredCount}, minimumHealthyPercent ${minimumHealthyPercent} keeps ${least} tasks running and maximumPercent ${maximumPercent} allows ${most}: ECS can neither start a new task nor stop an old one.`,
      fix: "Raise maximumPercent (200 lets a whole second set start), or lower minimumHealthyPercent.",
    },
  ];
}
