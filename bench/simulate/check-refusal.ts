import type { ImageScript, Scenario } from "../scenario/scenario.js";
import { requestedVersion, versionsBefore } from "../scenario/versions.js";
import type { DeployerRun, Outcome } from "../virtual/outcome.js";
import { fails } from "./check-deploy-tasks.js";
import { serviceFactsDuring } from "./check-rollback.js";

/** Checks that a refusal has a true reason. The deployer defines the findings; the simulation decides if they hold. */
export function groundless(scenario: Scenario, outcome: Outcome): string[] {
  return outcome.runs.flatMap((run) => {
    if (run.error?.name !== "InputError") return [];
    const { code = "", message, findings = [code] } = run.error;
    const without = findings.filter((reason) => !holds(reason, scenario, outcome, run));
    return without.map((reason) => `refused for ${reason}, which does not hold: ${message}`);
  });
}

function holds(reason: string, scenario: Scenario, outcome: Outcome, run: DeployerRun): boolean {
  const { aws, deployer = {}, release = {}, interventions = [], kills = [] } = scenario;
  const around = serviceFactsDuring(scenario, outcome, run);
  const isDenied = Boolean(aws?.deny) || interventions.some((one) => one.do === "deny");
  switch (reason) {
    case "deployment-in-flight":
    case "unsettled":
      return hasUnknown(scenario) || around.some(({ busy }) => busy);
    case "service-moved":
      return around.some(({ busy }) => busy) && interventions.length > 0;
    case "nothing-to-return-to":
      return scenario.before?.completed === false;
    case "no-room-to-replace":
      return countsIn(scenario).some((count) => !hasRoom(scenario, count));
    case "listener-rules":
      return around.some(({ astray }) => astray);
    case "strategy":
      // A strategy that shifts traffic needs a load balancer.
      return deployer.strategy !== undefined && !/load-balancer|both/.test(scenario.service?.check ?? "");
    case "image-missing":
      // A rollback does not distinguish a deleted image from an archived one.
      return isGone(release.image) || (deployer.verb === "rollback" && release.image?.status !== undefined);
    case "nothing-startable":
      return isGone(release.image) || release.image?.status !== undefined;
    case "image-inactive":
      return release.image?.status !== undefined;
    case "wrong-platform":
      return release.image?.platform !== undefined;
    case "nothing-proven":
      return hasUnknown(scenario) || around.some(({ goal }) => goal === undefined);
    case "no-such-revision":
      return (
        requestedVersion(scenario) === undefined || (isMadeByOtherUser(scenario) && !wasDeployedBefore(outcome, run))
      );
    case "no-such-version":
      return deployer.to !== undefined && !versionsBefore(scenario).includes(deployer.to);
    case "before-failed":
      return deployer.before !== undefined && fails(deployer.before);
    case "before-unknown":
      return kills.length > 0 || Boolean(aws?.faults?.length);
    case "task-not-placed":
      return aws?.fargateRoom !== undefined;
    case "attempt-unknowable":
      return isDenied;
    case "inactive-service":
    case "no-service":
      return interventions.some((one) => one.do === "delete-service");
    case "refused-by-ecs":
      return interventions.some((one) => one.do === "delete-service");
    default:
      return false;
  }
}

function isGone(image: ImageScript | undefined): boolean {
  return image?.exists === false;
}

/** Checks whether the requested revision exists only after another user's deployment. */
function isMadeByOtherUser(scenario: Scenario): boolean {
  return Number(scenario.deployer?.to?.split(":").at(-1)) > versionsBefore(scenario).length;
}

function wasDeployedBefore({ trace }: Outcome, { startedAt }: DeployerRun): boolean {
  return trace.some((entry) => entry.kind === "world" && entry.at <= startedAt && /^operator deploys/.test(entry.text));
}

/** Checks for unknown states in the responses: they are not final, and prove no success. */
function hasUnknown({ aws }: Scenario): boolean {
  return Boolean(aws?.faults?.some(({ kind }) => kind === "changed"));
}

function countsIn({ service = {}, deployer = {}, interventions = [] }: Scenario): number[] {
  const scaled = interventions.flatMap((one) => (one.do === "scale" ? [one.desiredCount] : []));
  return [
    service.desiredCount ?? 1,
    ...(deployer.desiredCount === undefined ? [] : [deployer.desiredCount]),
    ...scaled,
  ];
}

function hasRoom({ service = {}, deployer = {} }: Scenario, count: number): boolean {
  const { minimumHealthyPercent: least = 100, maximumPercent: most = 200 } = service;
  const isRolling = deployer.strategy === undefined ? service.strategy === undefined : deployer.strategy === "rolling";
  // Strategies that shift traffic start all new tasks beside the old ones.
  return (
    !isRolling || count === 0 || Math.floor((count * most) / 100) > count || Math.ceil((count * least) / 100) < count
  );
}
