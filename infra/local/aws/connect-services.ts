import { createHash, randomInt } from "node:crypto";
import type { Handler } from "../http/server.js";
import { createAutoScaling } from "./autoscaling/index.js";
import type { Clock } from "./clock.js";
import { createCloudWatch } from "./cloudwatch/index.js";
import type { Credentials } from "./credentials.js";
import { createEcr, type Ecr } from "./ecr/index.js";
import { createRegistry } from "./ecr/registry/index.js";
import { TOKEN_LIFETIME } from "./ecr/tokens.js";
import { rehearsalTiming } from "./ecs/ecs-timing.js";
import { createEcs } from "./ecs/index.js";
import { seededRandom } from "./ecs/seeded-random.js";
import { createElbv2 } from "./elbv2/index.js";
import { createEventBridge } from "./eventbridge/index.js";
import { createEventBridgeScheduler } from "./eventbridge-scheduler/index.js";
import { createIam } from "./iam/index.js";
import { taskRoles } from "./iam/roles.js";
import type { LocalAwsOptions, RuntimeContext } from "./local-aws-options.js";
import { createLogs } from "./logs/index.js";
import { createCalls } from "./protocol/calls.js";
import { createApiHandler } from "./protocol/index.js";
import { createLimits } from "./protocol/limits.js";
import type { Principal } from "./protocol/principals.js";
import { route } from "./route.js";
import type { OpenState } from "./state.js";
import { createSts } from "./sts/index.js";
import { openSessions } from "./sts/sessions.js";

/** Creates the services and returns the handler that routes requests to them. Adds what must be closed to `closers`. */
export async function connectServices(
  options: LocalAwsOptions & { clock: Clock; log: (line: string) => void },
  state: OpenState,
  credentials: Credentials,
  authority: string,
  closers: (() => Promise<void>)[],
): Promise<Handler> {
  const { clock, log, faults, account = "123456789012" } = options;
  const given = [localUser(credentials, account, options.deny), ...(options.principals ?? [])];
  const sessions = openSessions(given, { state, clock });
  const { principals } = sessions;
  const ecr = createEcr({ state, clock, accountId: account, largestLayer: options.largestLayer });
  const logs = createLogs({ state, clock, log });

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
  const ecs = await createEcs({
    clock,
    timing: options.timing ?? rehearsalTiming,
    runtime,
    loadBalancer,
    state,
    random: seededRandom(randomInt(2 ** 32)),
    rollbackId: options.rollbackId ?? "old",
    pastKept: () => faults?.pastKept?.() ?? 0,
  });
  closers.push(() => ecs.close());

  const cloudWatch = createCloudWatch({ state, clock });
  cloudWatch.watch(ecs.observeAlarm);
  const elb = createElbv2({ loadBalancer, targetGroups: ecs.targetGroups, clock });
  const isTaskRole = taskRoles(ecs.taskRoles);
  const services = [
    createSts({ sessions, isTaskRole }),
    createIam({ isTaskRole }),
    ecr.service,
    ecs.service,
    elb,
    cloudWatch.service,
    logs.service,
    createEventBridge({ state }),
    createEventBridgeScheduler({ state, clock }),
    createAutoScaling(),
  ];
  const calls = createCalls({
    services,
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

function localUser(credentials: Credentials, account: string, deny: string[] = []): Principal {
  return {
    accessKeyId: credentials.AccessKeyId,
    secretAccessKey: credentials.SecretAccessKey,
    arn: `arn:aws:iam::${account}:user/local`,
    userId: credentials.AccessKeyId.replace(/^AKIA/, "AIDA"),
    deny,
  };
}

/** Returns the registry authorization for pulls of tasks' images. On AWS, the execution role permits them. */
function pullAuthorization(ecr: Ecr, credentials: Credentials, region: string, clock: Clock): string {
  const expiresAt = clock.now() + TOKEN_LIFETIME;
  const token = ecr.tokens.issue({ accessKeyId: credentials.AccessKeyId, region, expiresAt });
  return `Basic ${Buffer.from(`AWS:${token}`).toString("base64")}`;
}
