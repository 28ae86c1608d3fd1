/** `npm run aws`: the local AWS as a process of its own, with real containers. */
import { connectRuntime } from "../containers/connect.js";
import { logFailure } from "../http/guard.js";
import { systemClock } from "./clock.js";
import { createContainerTaskRuntime } from "./ecs/container-runtime/container-task-runtime.js";
import { awsTiming, rehearsalTiming } from "./ecs/ecs-timing.js";
import { usualQuotas } from "./ecs/model/fargate-quotas.js";
import { createLocalFunctions } from "./lambda/local-functions.js";
import { createLoadBalancer, elbSettings, rehearsalSettings } from "./load-balancer/index.js";
import { help, type MainOptions, type Profile, readOptions } from "./options.js";
import { type LocalAws, startLocalAws } from "./server.js";

const profiles = {
  rehearsal: { timing: rehearsalTiming, settings: rehearsalSettings, healthScale: 1 / 10 },
  aws: { timing: awsTiming, settings: elbSettings, healthScale: 1 },
} satisfies Record<Profile, object>;

try {
  const options = readOptions(process.argv.slice(2), process.env);
  if (options.help) console.log(help);
  else {
    closeOnSignal(await start(options));
    surviveFailures();
  }
} catch (error) {
  const { message, code } = error as NodeJS.ErrnoException;
  console.error(message);
  if (code?.startsWith("ERR_PARSE_ARGS")) console.error("Run npm run aws -- --help for the options.");
  process.exitCode = 2;
}

async function start({
  profile,
  minute,
  healthPath,
  healthCodes,
  lambda,
  fargateVcpus,
  ...options
}: MainOptions): Promise<LocalAws> {
  const { timing, settings: delays, healthScale } = profiles[profile];
  const settings = { ...delays, healthCheckPath: healthPath, matcher: healthCodes };
  const functions = createLocalFunctions(lambda, { clock: systemClock, log: console.error });
  const containerRuntime = await connectRuntime();
  const aws = await startLocalAws({
    ...options,
    timing: { ...timing, minute },
    functions,
    fargateQuotas: { ...usualQuotas, "Standard/OnDemand": fargateVcpus },
    runtime: (surroundings) => createContainerTaskRuntime({ ...surroundings, containerRuntime, healthScale }),
    loadBalancer: ({ clock, log }) => createLoadBalancer({ clock, settings, log }),
  });
  console.log(`Local AWS at ${aws.url} (account ${options.account}, state in ${options.stateDir})`);
  return aws;
}

/**
 * Logs uncaught errors and continues. All tasks' containers depend on this process, and stored documents stay valid: exiting costs more than
 * one request that failed halfway.
 */
function surviveFailures(): void {
  process.on("uncaughtException", logFailure(console.error, "Uncaught exception"));
  process.on("unhandledRejection", logFailure(console.error, "Unhandled rejection"));
}

/** Closes in order on the first signal; a second signal ends the process at once. */
function closeOnSignal(aws: LocalAws): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      aws.close().catch((error: Error) => {
        console.error(error.message);
        process.exitCode = 1;
      });
    });
  }
}
