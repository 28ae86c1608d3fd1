import { systemClock } from "./clock.js";
import { type Destination, openDestination } from "./destination.js";
import { InputError } from "./errors.js";
import { findPublished } from "./publish.js";
import { checkPublish, type PublishOptions, publishCheckout } from "./publish-image.js";
import type { Report } from "./report/report.js";
import { type AskedOptions, parseAsked } from "./rollout/asked.js";
import { checkRunId } from "./rollout/attempt.js";
import { readService } from "./rollout/read.js";
import { rollOut } from "./rollout/roll-out.js";
import type { HttpTarget } from "./rollout/verify.js";

/** What people say to deploy. */
export interface DeployOptions extends PublishOptions {
  /** Take the version as it lies in the registry: nothing is tested or built. */
  published: boolean;
  /** Where the service answers the public, in place of the target's own. */
  url: string | undefined;
  /** Sets this try apart from others of the same version. */
  runId: string | undefined;
  /** What shall change beside image and version, and what shall not stop it. */
  asked: AskedOptions;
}

/**
 * Tests, builds and publishes a version, rolls it out and says what became of it.
 * @throws InputError when it is refused before the service is changed.
 */
export async function deploy(options: DeployOptions): Promise<Report> {
  checkPublish(options);
  checkUrl(options.url);
  checkRunId(options.runId);
  const asked = parseAsked(options.asked);
  const destination = await openDestination(options.destination);
  // A service that can't be deployed to is found out before anything is published for it.
  await readService(destination.aws, destination.target);
  const release = options.published
    ? await findPublished(options.version, destination)
    : await publishCheckout(options, destination);
  const http = publicUrl(destination, options.url);
  return await rollOut({
    aws: destination.aws,
    target: destination.target,
    release,
    asked,
    clock: systemClock,
    progress: console.log,
    ...(http && { http }),
    ...(options.runId !== undefined && { runId: options.runId }),
  });
}

function checkUrl(url: string | undefined): void {
  if (url === undefined || (URL.canParse(url) && ["http:", "https:"].includes(new URL(url).protocol))) return;
  throw new InputError(
    "bad-url",
    `The URL ${JSON.stringify(url)} can't be asked. Accepted: an http or https URL, such as https://app.example.com.`,
  );
}

/** A local AWS has the load balancer behind its own port, which tells services apart by their public name. */
function publicUrl({ target, endpoint }: Destination, given: string | undefined): HttpTarget | undefined {
  const url = given ?? target.url;
  if (!url) return undefined;
  return endpoint === undefined ? { baseUrl: url } : { baseUrl: endpoint, host: new URL(url).host };
}
