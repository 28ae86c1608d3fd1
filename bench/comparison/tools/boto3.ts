import { fileURLToPath } from "node:url";
import { run } from "../../common/run-program.js";
import type { Installed } from "../install-tools.js";
import { environment, lastLine, type Tool } from "../tool.js";

const script = fileURLToPath(new URL("boto3_deploy.py", import.meta.url));

/** boto3's waiter after UpdateService. By default it polls every 15 s, 40 times. */
export function boto3Waiter(
  { bin }: Installed,
  settings: string,
  config?: { Delay: number; MaxAttempts: number },
): Tool {
  return {
    name: "boto3 waiter",
    settings,
    async deploy(job) {
      const { cluster, service, family, container } = job.target;
      const { image, version } = job.release;
      const waiting = config ? { WaiterConfig: config } : {};
      const argument = JSON.stringify({ cluster, service, family, container, image, version, waiting });
      const options = { env: environment(job), limit: job.limit };
      const { exitCode, output } = await run(bin("python3"), [script, argument], options);
      return { success: exitCode === 0, message: lastLine(output) };
    },
  };
}
