import { REFUSED } from "../../../ci/lib/common/errors.js";
import { type DeployerEnd, startDeployer } from "../../deployer/start-deployer.js";
import { environment, lastLine, type Tool, type ToolReport } from "../tool.js";

/** Slipway's own deployer, unmodified. */
export const slipway: Tool = {
  name: "slipway",
  settings: "defaults",
  async deploy(job) {
    const { url: endpoint, target, release, host, limit } = job;
    const order = { endpoint, target, release, http: { baseUrl: endpoint, host } };
    return said(await startDeployer(order, { env: environment(job), limit }));
  },
};

function said({ exitCode, report, error, output }: DeployerEnd): ToolReport {
  if (report) return { success: exitCode === 0, verdict: report.verdict, message: report.reason };
  const words = error?.message.split("\n")[1]?.trim() ?? lastLine(output);
  return { success: false, ...(exitCode === REFUSED && { verdict: "refused" }), message: words };
}
