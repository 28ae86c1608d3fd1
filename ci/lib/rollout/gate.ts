import { type CurrentService, describeService } from "../ecs/service.js";
import type { ReadableDeployments } from "../ecs/service-deployments.js";
import type { DeploySettings } from "./plan/deploy-settings.js";
import { type Proposal, propose, refuseProposal } from "./plan/proposal.js";
import type { JudgedFinding } from "./preflight/preflight.js";
import { formatProgressEvent, type Progress, type ProgressEvent } from "./progress-event.js";
import type { DeployRequest } from "./revisions/deploy-request.js";
import { noSpan, type Release, type Session } from "./session.js";

/**
 * Runs preflight just before a deploy changes anything, reports the findings, and refuses the deploy where one stops it.
 * @throws InputError when the plan is not the expected one, or when a finding that is not ignored stops the deploy.
 */
export async function gate(
  session: Session,
  now: CurrentService,
  deployments: ReadableDeployments,
  release: Release,
  settings: DeploySettings,
  verb?: DeployRequest["verb"],
): Promise<Proposal> {
  const { span = noSpan } = session;
  return await span("preflight", async () => {
    // The deploy may have waited for the service since it was read.
    const service = await describeService(session.aws, session.target, session.signal, ["TAGS"]);
    const proposal = await propose(session, { ...now, service }, deployments, release, settings, verb && { verb });
    reportFindings(proposal.findings, session.progress);
    refuseProposal(proposal, settings);
    return proposal;
  });
}

/** Reports the findings that do not stop the deploy. All unchecked ones share an event, because they are usually the same each time. */
export function reportFindings(findings: readonly JudgedFinding[], progress: Progress): void {
  const ids = [...new Set(findings.filter(({ level }) => level === "not-checked").map(({ id }) => id))];
  const events: ProgressEvent[] = [
    ...[...findings.filter(({ ignored }) => ignored), ...findings.filter(isWarning)].map(
      (finding) => ({ type: "finding", ...finding }) as const,
    ),
    ...(ids.length > 0 ? [{ type: "not-checked", ids } as const] : []),
  ];
  for (const event of events) progress(formatProgressEvent(event), event);
}

function isWarning({ level, ignored }: JudgedFinding): boolean {
  return level === "warning" && !ignored;
}

/** Passes each finding on once, though a deploy is checked before the build and after it. */
export function eachFindingOnce(progress: Progress): Progress {
  const shown = new Set<string>();
  return (line, event) => {
    const finding = event?.type === "finding" || event?.type === "not-checked" ? JSON.stringify(event) : undefined;
    if (finding !== undefined && shown.has(finding)) return;
    if (finding !== undefined) shown.add(finding);
    progress(line, event);
  };
}
