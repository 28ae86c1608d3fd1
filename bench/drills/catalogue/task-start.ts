import type { Drill } from "../drill.js";
import {
  cannotStart,
  exits,
  healthyAfter,
  noCapacity,
  noSuchCommand,
  quotaReached,
  secretDenied,
  secretMissing,
  sidecar,
  waitsForDatabase,
} from "./drill-scripts.js";

/** The tasks don't start, or end early. */
export const start: Drill[] = [
  {
    name: "exits-at-once",
    description: "Every task exits with code 1 as soon as it runs.",
    scenario: { release: { tasks: [exits(1, 500)] } },
    ends: { verdict: "rolled-back" },
    cause: "container-exits",
  },
  {
    name: "exits-with-0",
    description: "Every task exits with code 0 as soon as it runs: a job, not a service.",
    scenario: { release: { tasks: [exits(0, 500)] } },
    ends: { verdict: "rolled-back" },
    cause: "container-completes",
  },
  {
    name: "exits-after-20-s",
    description: "Every task exits with code 1 after 20 s, before a check has found it healthy.",
    scenario: { release: { tasks: [exits(1, 20_000)] } },
    ends: { verdict: "rolled-back" },
    cause: "container-exits",
  },
  {
    name: "exits-once",
    description: "The first task exits with code 1, the next one stays.",
    scenario: { release: { tasks: [exits(1, 500), {}] } },
    ends: { verdict: "deployed" },
  },
  {
    name: "killed-by-a-signal",
    description: "Every task ends by a segmentation fault after 5 s.",
    scenario: { release: { tasks: [exits(139, 5_000)] } },
    ends: { verdict: "rolled-back" },
    cause: "killed",
  },
  {
    name: "out-of-memory",
    description: "Every task is killed for its memory 40 s after its start.",
    scenario: { release: { tasks: [exits(137, 40_000, "OutOfMemoryError: container killed due to memory usage")] } },
    ends: { verdict: "rolled-back" },
    cause: "out-of-memory",
  },
  {
    name: "invalid-command",
    description: "The image does not have the command that the task definition names.",
    scenario: { release: { tasks: [noSuchCommand] } },
    ends: { verdict: "rolled-back" },
    cause: "invalid-command",
  },
  {
    name: "secret-missing",
    description: "A secret that the task definition names does not exist.",
    scenario: { release: { tasks: [secretMissing] } },
    ends: { verdict: "rolled-back" },
    cause: "secret-missing",
  },
  {
    name: "secret-denied",
    description: "The execution role may not read a secret.",
    scenario: { release: { tasks: [secretDenied] } },
    ends: { verdict: "rolled-back" },
    cause: "secret-denied",
  },
  {
    name: "secret-denied-without-breaker",
    description: "The execution role may not read a secret, and the service has no circuit breaker that would give up.",
    scenario: { service: { breaker: "off" }, release: { tasks: [secretDenied] } },
    ends: { verdict: "rolled-back" },
    cause: "secret-denied",
  },
  {
    name: "slow-start-inside-its-grace",
    description: "The app needs 90 s to answer its checks, and the service gives it 120.",
    scenario: {
      service: { healthCheckGracePeriodSeconds: 120 },
      release: {
        tasks: [
          {
            health: [
              { after: 40_000, status: "UNHEALTHY" },
              { after: 90_000, status: "HEALTHY" },
            ],
            target: [
              { after: 40_000, state: "unhealthy", reason: "Health checks failed" },
              { after: 90_000, state: "healthy" },
            ],
          },
        ],
      },
    },
    ends: { verdict: "deployed" },
  },
  {
    name: "slow-start-outside-its-grace",
    description: "The app needs 90 s to answer its checks, and the service gives it 30.",
    scenario: {
      service: { healthCheckGracePeriodSeconds: 30 },
      release: {
        tasks: [
          {
            health: [],
            target: [
              { after: 40_000, state: "unhealthy", reason: "Health checks failed with these codes: [503]" },
              { after: 90_000, state: "healthy" },
            ],
          },
        ],
      },
    },
    ends: { verdict: "rolled-back" },
    cause: "load-balancer-code",
  },
  {
    name: "slow-start-unchecked",
    description: "The app needs four minutes, and no check fails meanwhile.",
    scenario: { release: { tasks: [healthyAfter(240_000)] } },
    ends: { verdict: "deployed" },
  },
  {
    name: "no-capacity",
    description: "There is no capacity for the tasks in any availability zone.",
    scenario: { release: { tasks: [noCapacity] } },
    ends: { verdict: "rolled-back" },
    cause: "no-capacity",
  },
  {
    name: "no-capacity-for-a-while",
    description: "There is no capacity for the first two tasks, and then there is.",
    scenario: { release: { tasks: [noCapacity, noCapacity, {}] } },
    ends: { verdict: "deployed" },
  },
  {
    name: "quota-reached",
    description: "The account's limit of vCPUs is reached.",
    scenario: { release: { tasks: [quotaReached] } },
    ends: { verdict: "rolled-back" },
    cause: "quota-reached",
  },
  {
    name: "dependency-never-healthy",
    description: "A container that the app waits for never becomes healthy.",
    scenario: {
      service: waitsForDatabase,
      release: {
        tasks: [cannotStart("dependency graph: failed to start container app: container db is not healthy", 60_000)],
      },
    },
    ends: { verdict: "rolled-back" },
    cause: "dependency-failed",
  },
  {
    name: "sidecar-fails",
    description: "A container beside the app's exits with code 1 after 3 s; it is essential, so the task ends with it.",
    scenario: {
      service: { sidecars: [sidecar()] },
      release: { tasks: [{ ...healthyAfter(), sidecarExits: { proxy: { after: 3_000, code: 1 } } }] },
    },
    ends: { verdict: "rolled-back" },
    cause: "dependency-failed",
  },
  {
    name: "sidecar-fails-not-essential",
    description: "A container beside the app's exits with code 1 after 3 s; it is not essential, and the task goes on.",
    scenario: {
      service: { sidecars: [sidecar(false)] },
      release: { tasks: [{ sidecarExits: { proxy: { after: 3_000, code: 1 } } }] },
    },
    ends: { verdict: "deployed" },
  },
  {
    name: "exits-with-0-beside-a-sidecar",
    description:
      "The app exits with code 0 after 5 s, and beside it a container that is not essential has failed before.",
    scenario: {
      service: { sidecars: [sidecar(false)] },
      release: { tasks: [{ ...exits(0, 5_000), sidecarExits: { proxy: { after: 3_000, code: 1 } } }] },
    },
    ends: { verdict: "rolled-back" },
    cause: "container-completes",
  },
];
