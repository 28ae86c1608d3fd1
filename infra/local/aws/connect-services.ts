import { createHash, randomInt } from "node:crypto";
import type { Handler } from "../http/server.js";
import type { Clock } from "./clock.js";
import type { Credentials } from "./credentials.js";
import type { Ecr } from "./ecr/index.js";
import { createRegistry } from "./ecr/registry/index.js";
import { TOKEN_LIFETIME } from "./ecr/tokens.js";
import { rehearsalTiming } from "./ecs/ecs-timing.js";
import { seededRandom } from "./ecs/seeded-random.js";
import type { LocalAwsOptions, RuntimeContext } from "./local-aws-options.js";
import { createCalls } from "./protocol/calls.js";
import { createApiHandler } from "./protocol/index.js";
import { createLimits } from "./protocol/limits.js";
import { route } from "./route.js";
import { createServices, localUser } from "./services.js";
import type { OpenState } from "./state.js";

/** Creates the services and returns the handler that routes requests to them. Adds what must be closed to `closers`. */
export async function connectServices(
  options: LocalAwsOptions & { clock: Clock; log: (line: string) => void },
  state: OpenState,
  credentials: Credentials,
  authority: string,
  closers: (() => Promise<void>)[],
): Promise<Handler> {
  const { clock, log, faults, account = "123456789012" } = options;
  const keys = { accessKeyId: credentials.AccessKeyId, secretAccessKey: credentials.SecretAccessKey };
  const { all, ecs, ecr, principals, loadBalancer } = await createServices({
    ...options,
    state,
    account,
    user: localUser(account, keys, options.deny),
    timing: options.timing ?? rehearsalTiming,
    random: seededRandom(randomInt(2 ** 32)),
    async runTasks({ ecr, logs }) {
      const context: RuntimeContext = {
        clock,
        account,
        registry: {
          url: () => `http://${authority}`,
          authorization: (region) => pullAuthorization(ecr, credentials, region, clock),
        },
        logs: logs.sink,
        owner: `aws-${createHash("sha256").update(credentials.AccessKeyId).digest("hex").slice(0, 16)}`,
        log,
      };
      const loadBalancer = options.loadBalancer(context);
      closers.push(() => loadBalancer.close());
      const runtime = await options.runtime(context);
      closers.push(() => runtime.close({ remove: !options.keepTasks }));
      return { runtime, loadBalancer };
    },
  });
  closers.push(() => ecs.close());
  const calls = createCalls({
    services: all,
    principals,
    accountId: account,
    authority,
    clock,
    ...(faults && { faults }),
    ...(options.limits && { limits: createLimits(clock) }),
    log,
  });
  return route({
    api: createApiHandler(calls, clock),
    registry: createRegistry({ ecr, principals, accountId: account, clock, authority, log }),
    loadBalancer,
  });
}

/** Returns the registry authorization for pulls of tasks' images. On AWS, the execution role permits them. */
function pullAuthorization(ecr: Ecr, credentials: Credentials, region: string, clock: Clock): string {
  const expiresAt = clock.now() + TOKEN_LIFETIME;
  const token = ecr.tokens.issue({ accessKeyId: credentials.AccessKeyId, region, expiresAt });
  return `Basic ${Buffer.from(`AWS:${token}`).toString("base64")}`;
}
