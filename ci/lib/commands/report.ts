import { type Directory, dag, type File } from "@dagger.io/dagger";
import { withDescribedErrors } from "../aws/describe-error.js";
import { nameIn } from "../common/aws-names.js";
import { InputError, refusal } from "../common/errors.js";
import { present } from "../common/present.js";
import { answers, headline } from "../report/deployment/overview.js";
import { reportFiles } from "../report/deployment/report-files.js";
import type { WantedDeployment } from "../rollout/reconstruct/choose-deployment.js";
import { type DeployResult, parseResult, withResult } from "../rollout/reconstruct/deploy-result.js";
import { readReport } from "../rollout/reconstruct/read-report.js";
import type { Activity } from "../rollout/session.js";
import { type DestinationOptions, openSession } from "./destination.js";
import { parseTimeZone } from "./time-zone.js";

export interface ReportOptions extends WantedDeployment, Activity {
  /** The lines that the deploy wrote with `--as-json`. */
  result: File | undefined;
  destination: DestinationOptions;
  timeZone: string | undefined;
}

/**
 * Rebuilds the report of a deployment from AWS, and returns it as a directory.
 * @throws InputError when there is no such deployment.
 */
export async function report({
  destination,
  result: file,
  progress,
  span,
  timeZone: zone,
  ...named
}: ReportOptions): Promise<Directory> {
  const { version, deployment } = named;
  const timeZone = parseTimeZone(zone);
  if (version !== undefined && deployment !== undefined) {
    throw new InputError(
      "two-deployments",
      "--version can't be combined with --deployment: each names the deployment of the report. Accepted: one of them, or neither for the latest.",
    );
  }
  const result = file && parseResult(await file.contents().catch(unreadable));
  const wanted = { ...named, ...(result && ofResult(result, named)) };
  const session = await openSession(destination, { progress, span });
  const read = await span("read the deployment", () => withDescribedErrors(readReport(session, wanted)));
  const found = { ...(result ? withResult(read, result) : read), ...present({ timeZone }) };
  for (const line of [headline(found), ...answers(found).map((entry) => entry.join(": "))]) progress(line);
  const files = await span("draw the report", () => reportFiles(found));
  return files.reduce((directory, [path, text]) => directory.withNewFile(path, text), dag.directory());
}

const unreadable = refusal(
  "bad-result",
  (received) => `The file of --result can't be read (${received}). Pass the file with the lines of deploy --as-json.`,
);

/** Returns the deployment of a result; another one that is named beside it is refused. */
function ofResult({ deployment: { arn } }: DeployResult, { version, deployment }: WantedDeployment): WantedDeployment {
  if (arn === undefined) {
    throw new InputError(
      "bad-result",
      "The deploy of --result began no service deployment, or could not read it. Call report without --result.",
    );
  }
  if (version !== undefined || (deployment !== undefined && deployment !== arn && deployment !== nameIn(arn))) {
    throw new InputError(
      "two-deployments",
      `--result is of the deployment ${nameIn(arn)}. Accepted beside it: no --version, and no other --deployment.`,
    );
  }
  return { deployment: arn };
}
