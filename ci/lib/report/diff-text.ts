import { nameIn } from "../common/aws-names.js";
import { neutral, neutralJson } from "../common/foreign-text.js";
import { isUnchanged, type LiveDiff, type ManualChange, releaseName } from "../operate/live-diff.js";
import { utcTime } from "./local-time.js";

/** Maximum number of changes that are listed for people. */
const mostShown = 100;

/** Formats the differences between the running service and the last release for people. */
export function formatDiff(diff: LiveDiff): string {
  const { release, live, registeredBy = "" } = diff;
  const by = (who: string | undefined) => (who ? ` by ${who.split(":").at(-1)}` : "");
  const lines = [
    neutral(
      `release  ${release.version ?? "without a version"}, ${releaseName(diff)}, deployed ${utcTime(release.startedAt)}${by(release.who)}`,
    ),
    neutral(`live     ${nameIn(live)}${live === release.taskDefinition ? ", the release's own" : by(registeredBy)}`),
    ...part("Task definition, without image and version:", diff.taskDefinition),
    ...part("Settings of the service:", diff.service),
    "",
    isUnchanged(diff)
      ? "Nothing was changed since the release."
      : "The next deploy keeps these changes of the task definition. A tool that owns the service, such as Terraform, undoes those that its configuration does not have.",
  ];
  return `${lines.join("\n")}\n`;
}

function part(title: string, changes: readonly ManualChange[]): string[] {
  if (changes.length === 0) return [];
  const rest = changes.length - mostShown;
  return ["", title, ...changes.slice(0, mostShown).map(changeLine), ...(rest > 0 ? [`  … and ${rest} more`] : [])];
}

function changeLine({ path, from, to }: ManualChange): string {
  const shown = (text: string) => neutral(text, 200);
  if (from === undefined) return `  + ${shown(path)}: ${shown(to ?? "")}`;
  if (to === undefined) return `  - ${shown(path)}: ${shown(from)}`;
  return `  ~ ${shown(path)}: ${shown(from)} → ${shown(to)}`;
}

/** Formats the differences for machines. */
export function diffJson(diff: LiveDiff): string {
  const { release, live, registeredBy, taskDefinition, service } = diff;
  const { version, startedAt, who } = release;
  const of = { taskDefinition: release.taskDefinition, version, startedAt: new Date(startedAt).toISOString(), by: who };
  const document = { isUnchanged: isUnchanged(diff), release: of, live, registeredBy, taskDefinition, service };
  return `${neutralJson(JSON.stringify(document, null, 2))}\n`;
}
