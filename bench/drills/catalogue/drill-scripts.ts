/** Task scripts of the drills, with the error messages that ECS reports for them. */
import type { ServiceSettings, TaskScript } from "../../scenario/scenario.js";

const IMAGE = "123456789012.dkr.ecr.us-west-2.amazonaws.com/web@sha256:0000";
const ROLE = "arn:aws:sts::123456789012:assumed-role/web-execution/task";
const SECRET = "arn:aws:secretsmanager:us-west-2:123456789012:secret:web";
const fetching =
  "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret";

/** Script of a task with this failure of its setup. */
export const cannotStart = (reason: string, pull = 5_000): TaskScript => ({ pull, pullError: reason });

export const notFound = cannotStart(
  `CannotPullContainerError: pull image manifest has been retried 7 time(s): failed to resolve ref ${IMAGE}: ${IMAGE}: not found`,
);
export const otherPlatform = cannotStart(
  "CannotPullContainerError: pull image manifest has been retried 7 time(s): image Manifest does not contain descriptor matching platform 'linux/amd64'",
);
export const pullDenied = cannotStart(
  `CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref ${IMAGE}: unexpected status from HEAD request: 403 Forbidden`,
);
export const unreachable = cannotStart(
  `CannotPullContainerError: The task cannot pull ${IMAGE} from the registry. There is a connection issue between the task and the registry: dial tcp 10.0.0.1:443: i/o timeout`,
  60_000,
);
export const corrupt = cannotStart(
  `CannotPullContainerError: ref pull has been retried 1 time(s): failed to extract layer sha256:0000: archive/tar: invalid tar header`,
);
export const secretMissing = cannotStart(
  `${fetching} ${SECRET} from secrets manager: ResourceNotFoundException: Secrets Manager can't find the specified secret.`,
);
export const secretDenied = cannotStart(
  `${fetching} ${SECRET} from secrets manager: AccessDeniedException: User: ${ROLE} is not authorized to perform: secretsmanager:GetSecretValue on resource: ${SECRET}`,
);
export const noSuchCommand = cannotStart(
  'CannotStartContainerError: Error response from daemon: failed to create task for container: exec: "serve": executable file not found in $PATH: unknown',
);
export const noCapacity = cannotStart(
  "Capacity is unavailable at this time. Please try again later or in a different availability zone",
  60_000,
);
export const quotaReached = cannotStart(
  "You've reached the limit on the number of vCPUs you can run concurrently",
  1_000,
);

/** No check finds it healthy before `ms` have passed; without `ms`, never. */
export const healthyAfter = (ms?: number): TaskScript => ({
  health: ms === undefined ? [] : [{ after: ms, status: "HEALTHY" }],
  target: ms === undefined ? [] : [{ after: ms, state: "healthy" }],
});

/** The task ends by itself, before any check finds it healthy. */
export const exits = (code: number, after: number, reason?: string): TaskScript => ({
  ...healthyAfter(),
  exit: { after, code, ...(reason !== undefined && { reason }) },
});

/** The load balancer finds it unhealthy after `after` milliseconds. */
export const unhealthyTarget = (reason: string, after = 60_000): TaskScript => ({
  target: [{ after, state: "unhealthy", reason }],
});

/** A sidecar container. */
export const sidecar = (essential = true) => ({ name: "proxy", image: "public.ecr.aws/proxy:1", essential });

/** The app depends on a healthy sidecar, which has 100 s to become healthy. */
export const waitsForDatabase: ServiceSettings = {
  container: { dependsOn: [{ containerName: "db", condition: "HEALTHY" }] },
  sidecars: [
    {
      ...sidecar(false),
      name: "db",
      healthCheck: { command: ["CMD", "/bin/check"], interval: 10, retries: 3 },
      startTimeout: 100,
    },
  ],
};
