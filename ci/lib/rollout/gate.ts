import { type CurrentService, describeService } from "../ecs/service.js";
import type { ReadableDeployments } from "../ecs/service-deployments.js";
import type { DeploySettings } from "./plan/deploy-settings.js";
import { type Proposal, propose, refuseProposal } from "./plan/proposal.js";
import type { JudgedFinding } from "./preflight/preflight.js";
import type { DeployRequest } from "./revisions/deploy-request.js";
import type { Release, Session } from "./session.js";
import { noSpan } from "./span.js";
import type { Progress } from "./watch/progress-event.js";

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
    const service = await describeService(session.aws, session.target, session.signal);
    const proposal = await propose(session, { ...now, service }, deployments, release, settings, verb && { verb });
    for (const line of findingLines(proposal.findings)) session.progress(line);
    refuseProposal(proposal, settings);
    return proposal;
  });
}

/** Returns the findings that do not stop the deploy. All unchecked ones share a line, because they are usually the same each time. */
export function findingLines(findings: readonly JudgedFinding[]): string[] {
  const unchecked = [...new Set(findings.filter(({ level }) => level === "not-checked").map(({ id }) => id))];
  return [
    ...findings.filter(({ ignored }) => ignored).map(({ id, what }) => `Pre-flight: ignored ${id}: ${what}`),
    ...findings
      .filter(({ level, ignored }) => level === "warning" && !ignored)
      .map(({ id, what, fix }) => `Pre-flight: warning ${id}: ${what} Fix: ${fix}`),
    ...(unchecked.length > 0 ? [`Pre-flight: not checked: ${unchecked.join(", ")} (plan tells why).`] : []),
  ];
}

/** Shows each finding once, though a deploy is checked before the build and after it. */
export function eachFindingOnce(progress: Progress): Progress {
  const shown = new Set<string>();
  return (line, event) => {
    if (shown.has(line)) return;
    if (line.startsWith("Pre-flight: ")) shown.add(line);
    progress(line, event);
  };
}
