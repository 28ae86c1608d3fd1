import { type Directory, dag } from "@dagger.io/dagger";
import { withDescribedErrors } from "../aws/describe-error.js";
import { systemClock } from "../common/clock.js";
import { InputError } from "../common/errors.js";
import { answers, headline } from "../report/deployment/overview.js";
import { reportFiles } from "../report/deployment/report-files.js";
import type { WantedDeployment } from "../rollout/reconstruct/choose-deployment.js";
import { readReport } from "../rollout/reconstruct/read-report.js";
import type { Activity } from "../rollout/session.js";
import { type DestinationOptions, openDestination } from "./destination.js";

export interface ReportOptions extends WantedDeployment, Activity {
  destination: DestinationOptions;
}

/**
 * Rebuilds the report of a deployment from AWS, and returns it as a directory.
 * @throws InputError when there is no such deployment.
 */
export async function report({ destination, progress, span, ...wanted }: ReportOptions): Promise<Directory> {
  const { version, deployment } = wanted;
  if (version !== undefined && deployment !== undefined) {
    throw new InputError(
      "two-deployments",
      "--version can't be combined with --deployment: each names the deployment of the report. Accepted: one of them, or neither for the latest.",
    );
  }
  const { aws, target } = await span("resolve", () => openDestination(destination));
  const session = { aws, target, clock: systemClock, progress, span };
  const found = await span("read the deployment", () => withDescribedErrors(readReport(session, wanted)));
  for (const line of [headline(found), ...answers(found).map((entry) => entry.join(": "))]) progress(line);
  const files = await span("draw the report", () => reportFiles(found));
  return files.reduce((directory, [path, text]) => directory.withNewFile(path, text), dag.directory());
}
