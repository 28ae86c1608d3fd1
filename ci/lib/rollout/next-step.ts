import type { WaitingHook } from "../ecs/snapshot.js";
import type { Cause } from "./diagnose/causes.js";
import { attachHint, type Verdict, verdicts } from "./verdicts.js";
import type { DuringRollout } from "./verify/during-rollout.js";
import { isOfTask } from "./verify/http-target.js";
import type { HttpCheck } from "./verify/verify.js";

/** Returns the user's next step; undefined when nothing is left to do. */
export function nextStep(
  verdict: Verdict,
  http: HttpCheck,
  cause?: Cause,
  during?: DuringRollout,
  wayBack?: Cause,
): string | undefined {
  if (cause === "service-deleted") return "Create the service again, then deploy to it.";
  if (wayBack !== undefined) {
    return "The service may be degraded, and the rollback target can't be started either. Correct one of the two causes, and deploy a version that can start.";
  }
  if (http.state === "wrong" && verdict === "failed" && !isOfTask(http)) {
    return "The new tasks run. Check what is in front of them (load balancer, cache, DNS), and the version that the app returns.";
  }
  if (http.state === "unproven" && http.because === "not-this-service" && verdict === "deployed-unverified")
    return wrongUrl;
  const step = verdicts[verdict].next ?? (isFlawed(during) ? dropped : undefined);
  if (http.state !== "version-not-verified" || http.answered === undefined) return step;
  return step === undefined ? howToVerify : `${step} ${howToVerify}`;
}

/**
 * Returns the commands that continue or roll back a paused rollout. Every waiting hook has to be continued; one that rolls back decides.
 * @param call Words before a function's name, such as `dagger call --target staging`.
 */
export function pausedStep(hooks: readonly WaitingHook[], call = "dagger call"): string | undefined {
  const [first] = hooks;
  if (!first) return verdicts.paused.next;
  const commands = hooks.map(({ hookId }) => `\`${call} continue --hook ${hookId}\``).join(", and ");
  return `To go on: ${commands}. To go back: \`${call} abort --hook ${first.hookId}\`. Then: ${attachHint}`;
}

/** When every request failed, the URL is not reachable from here, and the failures prove nothing about the rollout. */
function isFlawed(during: DuringRollout | undefined): boolean {
  return during !== undefined && during.failed > 0 && during.failed < during.requests;
}

const howToVerify =
  'To verify the version over HTTP, set in the target where the app returns it: "versionCheck": { "path": "/version", "pointer": "/version" } for a member of a JSON body, { "path": "/", "header": "x-version" } for a header, or false if it returns none.';

const wrongUrl =
  'Correct "url" in the target, or --url: another service answers at it. If that URL is this service\'s, and its versions are not the deployed ones, correct "versionCheck" in the target. ECS has completed the rollout; run the same command again to verify it at the right URL.';

const dropped =
  "The version runs, but requests failed during the rollout: users may have seen the same errors. Compare the target group's deregistration delay with the longest request, and check that the app completes its open requests after SIGTERM before it exits.";
