/** Versions in a scenario. Pure. */
import type { ImageScript, Scenario } from "./scenario.js";

/** Returns every version in the scenario. */
export function versionsIn(scenario: Scenario): string[] {
  const { others = {}, interventions = [], concurrent } = scenario;
  const deployed = interventions.flatMap((one) => (one.do === "deploy" ? [one.version] : []));
  const second = concurrent?.version === undefined ? [] : [concurrent.version];
  return [
    ...new Set([...versionsBefore(scenario), releaseOf(scenario), ...second, ...Object.keys(others), ...deployed]),
  ];
}

export function versionsBefore({ before }: Scenario): string[] {
  return before?.versions ?? ["v1.0.0"];
}

/** Checks that the scenario's release describes this version: for a rollback, any version that it can lead to. */
export function isRelease(scenario: Scenario, version: string): boolean {
  const isBack = scenario.deployer?.verb === "rollback" && versionsBefore(scenario).includes(version);
  return isBack || version === releaseOf(scenario);
}

/** Returns the requested version of a rollback, by its name or its revision; undefined when the deployer selects it. */
export function requestedVersion(scenario: Scenario): string | undefined {
  const { to } = scenario.deployer ?? {};
  if (to === undefined || to.startsWith("v")) return to;
  // Another user's deployments make the next revisions.
  const later = scenario.interventions?.flatMap((one) => (one.do === "deploy" ? [one.version] : [])) ?? [];
  return [...versionsBefore(scenario), ...later][Number(to.split(":").at(-1)) - 1];
}

export function releaseOf({ release }: Scenario): string {
  return release?.version ?? "v2.0.0";
}

export function imageScriptOf(scenario: Scenario, version: string): ImageScript {
  const { release, others } = scenario;
  return (isRelease(scenario, version) ? release?.image : others?.[version]?.image) ?? {};
}
