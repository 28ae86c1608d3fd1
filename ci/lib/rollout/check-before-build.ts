import { withDescribedErrors } from "../aws/describe-error.js";
import { InputError } from "../common/errors.js";
import { readService } from "../ecs/service.js";
import { readableDeployments } from "../ecs/service-deployments.js";
import { reportFindings } from "./gate.js";
import type { DeploySettings } from "./plan/deploy-settings.js";
import { propose } from "./plan/proposal.js";
import { refuseBlocking } from "./preflight/preflight.js";
import { refuseBusy } from "./refuse-busy.js";
import { registeredAt } from "./revisions/own-revisions.js";
import type { Session } from "./session.js";

/** A version that is not in the registry yet. */
export interface Unpublished {
  version: string;
  /** `<registry>/<name>` of its repository. */
  repository: string;
  /** The platform that it is built for, such as `linux/arm64`. */
  platform: string;
}

/**
 * Checks, before anything is tested or built, everything that would make a deploy of the version fail and that needs no image: a pushed
 * version can't be used again, also when the deploy is refused afterwards. Changes nothing.
 *
 * A version that was never published can't have been deployed, so a deployment in flight is not this deploy's own.
 * @throws InputError when the deploy would be refused.
 */
export async function checkBeforeBuild(
  session: Session,
  unpublished: Unpublished,
  settings: DeploySettings,
): Promise<void> {
  const { version, repository, platform } = unpublished;
  if (settings.plan !== undefined) throw noPlan(version, settings.plan);
  const { aws, target, signal } = session;
  const now = await readService(aws, target, signal);
  const deployments = await withDescribedErrors(readableDeployments(session, registeredAt(now.current)));
  await refuseBusy(session, now, deployments);
  // The digest is only known after the build; it is as long as this one.
  const release = { version, image: `${repository}@sha256:${"0".repeat(64)}`, digest: "" };
  const unbuilt = { platform: platform.split("/").slice(0, 2).join("/") };
  const { findings } = await withDescribedErrors(propose(session, now, deployments, release, settings, { unbuilt }));
  // The deploy waits for old tasks after the build.
  const lasting = findings.filter(({ id }) => id !== "deployment-in-flight");
  // Facts that could not be read are shown once, with the checks of the image.
  reportFindings(
    lasting.filter(({ level }) => level !== "not-checked"),
    session.progress,
  );
  refuseBlocking(lasting);
}

function noPlan(version: string, plan: string): InputError {
  return new InputError(
    "plan-moved",
    `The plan ${plan} is not that of ${version}: a plan holds the image's digest, and ${version} is not published. Nothing was built. Publish it, look at plan --version ${version}, and pass its hash with --published.`,
  );
}
