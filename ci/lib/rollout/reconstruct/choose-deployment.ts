import { nameIn } from "../../common/aws-names.js";
import { InputError } from "../../common/errors.js";
import { choices } from "../../common/name-suggestions.js";
import type { DeploymentRecord } from "../history/deployment-record.js";

/** The deployment that a report is about, as the user passes it; the latest where both are absent. */
export interface WantedDeployment {
  version?: string | undefined;
  /** ARN of a service deployment, or its ID: the ARN's last part. */
  deployment?: string | undefined;
}

/** A deployment, and the automatic rollback of Slipway that replaced it. */
export interface ChosenDeployment {
  record: DeploymentRecord;
  undo?: DeploymentRecord;
}

/**
 * Returns the deployment that is wanted: the newest one of a version. A rollback that Slipway began by itself belongs to the deployment
 * that it rolls back, so the latest deployment is never such a rollback. Pure.
 * @param history Newest first.
 * @throws InputError when there is none; it names those there are.
 */
export function chooseDeployment(
  history: readonly DeploymentRecord[],
  { version, deployment }: WantedDeployment,
): ChosenDeployment {
  const isWanted = ({ arn, ...record }: DeploymentRecord) =>
    deployment === undefined
      ? version === undefined || record.version === version
      : arn === deployment || nameIn(arn) === deployment;
  const found = history.find(isWanted);
  if (!found) throw noDeployment(history, { version, deployment });
  const undone = history.find((one) => found.undoes !== undefined && one.taskDefinition === found.undoes);
  const record = deployment === undefined && undone ? undone : found;
  const undo = history.find(({ undoes }) => undoes !== undefined && undoes === record.taskDefinition);
  return { record, ...(undo && undo !== record && { undo }) };
}

function noDeployment(history: readonly DeploymentRecord[], { version, deployment }: WantedDeployment): InputError {
  if (history.length === 0) {
    return new InputError(
      "no-deployment",
      "There is no deployment to report: ECS keeps those of the last 90 days, and has none of this service. Deploy a version first.",
    );
  }
  const wanted = deployment === undefined ? `of version ${JSON.stringify(version)}` : JSON.stringify(deployment);
  const values = history.map((one) => (deployment === undefined ? one.version : nameIn(one.arn)));
  const accepted = [...new Set(values)].filter((one) => one !== undefined).slice(0, 10);
  const { suggestion } = choices(deployment ?? version ?? "", accepted);
  return new InputError(
    "no-deployment",
    `There is no deployment ${wanted} among the last ${history.length} of the service. Accepted: ${accepted.join(", ") || "none: no deployment names a version"}. ${suggestion}history lists them.`,
  );
}
