/** Runs the deployer's rollout as a process, like a user's `deploy --published`: its request is JSON in the first argument. */
import { createAws } from "../../ci/lib/aws/clients.js";
import { type Clock, systemClock } from "../../ci/lib/common/clock.js";
import { SlipwayError } from "../../ci/lib/common/errors.js";
import { parseDeploySettings } from "../../ci/lib/rollout/plan/deploy-settings.js";
import type { PreflightError } from "../../ci/lib/rollout/preflight/preflight.js";
import { run } from "../../ci/lib/rollout/run.js";
import type { DeployRequest } from "./deploy-request.js";

const {
  endpoint,
  target,
  release,
  http,
  settings = {},
  clockSkew = 0,
} = JSON.parse(process.argv[2] ?? "") as DeployRequest;
const { runId, timeoutMs, more, earlyStop, onTimeout, undo, ...deploySettings } = settings;
const { AWS_ACCESS_KEY_ID: accessKeyId = "", AWS_SECRET_ACCESS_KEY: secretAccessKey = "" } = process.env;
const clock: Clock = { now: () => systemClock.now() + clockSkew, sleep: systemClock.sleep };

try {
  const report = await run({
    aws: createAws({ region: target.region, credentials: { accessKeyId, secretAccessKey }, endpoint }),
    target,
    release,
    clock,
    settings: parseDeploySettings(deploySettings),
    progress: (line) => console.log(line),
    ...(http && { http }),
    ...(runId !== undefined && { runId }),
    ...(timeoutMs !== undefined && { timeoutMs }),
    permitted: { ...(earlyStop !== undefined && { earlyStop }), ...(onTimeout && { onTimeout }) },
    ...(undo !== undefined && { undo }),
    ...more,
  });
  console.log(JSON.stringify({ report }));
  process.exitCode = report.exitCode;
} catch (error) {
  const { name, message, findings } = error as Error & Partial<PreflightError>;
  const code = error instanceof SlipwayError ? error.code : name;
  console.log(JSON.stringify({ error: { code, message, findings } }));
  process.exitCode = error instanceof SlipwayError ? error.exitCode : 1;
}
