import { whyNotReal } from "../containers/container-script.js";
import type { Drill } from "./drill.js";
import { terraformSettings } from "./service-settings.js";

/** Number of containers that a machine with two cores starts in the time of a rollout. */
const MOST_TASKS = 12;

/** Returns the reason why a drill can't run with real containers, or undefined when it can. Pure. */
export function whyNotWithContainers({ scenario, virtualOnly, withoutContainers }: Drill): string | undefined {
  if (withoutContainers ?? virtualOnly) return withoutContainers ?? virtualOnly;
  const { service, release, before, others = {} } = scenario;
  const tasks = service?.desiredCount ?? 1;
  if (tasks > MOST_TASKS) return `${tasks} tasks are more containers than one machine starts in time`;
  if (release?.image?.isIndex) return "the images made here are single ones, no indexes";
  const grace = 1000 * (service?.healthCheckGracePeriodSeconds ?? terraformSettings.healthCheckGracePeriodSeconds);
  const scripts = [release, before, ...Object.values(others)].flatMap((each) => each?.tasks ?? []);
  return scripts.map((script) => whyNotReal(script, grace)).find((why) => why !== undefined);
}
