import { type DeployerEnd, startDeployer } from "../../deployer/start.js";
import { environment, lastWords, type Said, type Tool } from "../tool.js";

const REFUSED = 2;

/** Our own deployer, as it is. */
export const slipway: Tool = {
  name: "slipway",
  settings: "defaults",
  async deploy(job) {
    const { url: endpoint, target, release, host, limit } = job;
    const order = { endpoint, target, release, http: { baseUrl: endpoint, host } };
    return said(await startDeployer(order, { env: environment(job), limit }));
  },
};

function said({ exitCode, report, error, output }: DeployerEnd): Said {
  if (report) return { success: exitCode === 0, verdict: report.verdict, words: report.reason };
  const words = error?.message.split("\n")[1]?.trim() ?? lastWords(output);
  return { success: false, ...(exitCode === REFUSED && { verdict: "refused" }), words };
}
