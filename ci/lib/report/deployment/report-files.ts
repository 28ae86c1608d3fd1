import { neutralJson } from "../../common/foreign-text.js";
import type { DeploymentReport } from "../../rollout/reconstruct/deployment-report.js";
import { reportHtml } from "./report-html.js";
import { reportMarkdown } from "./report-markdown.js";
import { timelineSvg } from "./timeline.js";

/** Makes the files of a report by their names. */
export async function reportFiles(report: DeploymentReport): Promise<[name: string, text: string][]> {
  const timeline = await timelineSvg(report);
  return [
    ["report.md", reportMarkdown(report)],
    ["report.json", `${neutralJson(JSON.stringify(report, null, 2))}\n`],
    ["timeline.svg", `${timeline}\n`],
    ["report.html", reportHtml(report, timeline)],
  ];
}
