import { REFUSED, UNEXPECTED } from "../common/errors.js";

/** Appended to messages about a rollout that ECS continues. */
export const attachHint = "Run the same command again: it finds this rollout in ECS and attaches to it.";

/** A way in which a call ends. `npm run verdicts` writes the tables and the help of `deploy` from these. */
export interface Ending {
  /** Exit code of the process. It never changes its meaning. */
  exitCode: number;
  /** Continues "The outcome:", in the help, in README.md and in docs/verdicts.md. */
  meaning: string;
  /** Continues `meaning` in docs/verdicts.md. */
  details?: string;
  /** The user's next step, in the report and in docs/verdicts.md; absent where nothing is left to do. */
  next?: string;
}

interface VerdictFacts extends Ending {
  /** True when failed tasks explain it, so that they are diagnosed. */
  isDiagnosed?: true;
}

const table = {
  deployed: {
    exitCode: 0,
    meaning: "the version is served, or nothing was to be done",
    details: ": three witnesses agree, and the public URL, where one is configured, returns the version",
  },
  "deployed-early": {
    exitCode: 0,
    meaning: "the same, by the service's early success criteria, while old tasks still run",
    next: "The old tasks stop by themselves; `status` shows when they have stopped.",
  },
  shifted: {
    exitCode: 0,
    meaning: "with `--until shifted`: all production traffic has moved and is verified; the bake time runs",
    details: ": until it ends, ECS can still roll back, for an alarm or a user",
    next: "`watch` waits for the end and reports a rollback; `abort` rolls back.",
  },
  "rolled-back": {
    exitCode: 3,
    meaning: "the earlier revision runs again",
    details: ": ECS or Slipway rolled back",
    next: "The earlier revision runs again. Correct the cause and deploy a new version.",
    isDiagnosed: true,
  },
  failed: {
    exitCode: 4,
    meaning: "not rolled back, or another version is served at the end",
    next: "The service may be degraded. Correct the cause and deploy again, or deploy the earlier version.",
    isDiagnosed: true,
  },
  superseded: {
    exitCode: 5,
    meaning: "another deployment replaced this one",
    next: "`status` shows what runs now, and `history` who deployed it.",
  },
  stopped: {
    exitCode: 6,
    meaning: "a user stopped the deployment, or deleted the service",
    next: "`status` shows what runs now. Deploy again if the version is still wanted.",
    isDiagnosed: true,
  },
  "timed-out": {
    exitCode: 7,
    meaning: "undecided within the time allowed; ECS continues",
    next: `ECS continues the rollout. ${attachHint}`,
    isDiagnosed: true,
  },
  "deployed-unverified": {
    exitCode: 8,
    meaning: "ECS has completed; a wanted check proved nothing",
    details:
      " (`versionCheck`, `expectations`, or a version that was served before): the URL was unreachable, or its answers are not shown to be those of the new tasks",
    next: 'Run the same command again from a network that reaches the public URL, or correct "url" or "versionCheck" in the target.',
  },
  "nothing-ran": {
    exitCode: 9,
    meaning: "the service's desired count is 0",
    next: "Raise the service's desired count to run the version.",
  },
  paused: {
    exitCode: 10,
    meaning: "a deployment hook holds the rollout",
    next: `\`continue\` lets the rollout go on, and \`abort\` rolls it back. ${attachHint}`,
  },
} satisfies Record<string, VerdictFacts>;

/** Outcome of a rollout. */
export type Verdict = keyof typeof table;

/** The one table of verdicts. A new verdict is a row here, and its decision in judge/ or conclude.ts. */
export const verdicts: Readonly<Record<Verdict, VerdictFacts>> = table;

/** The verdict is `deployed`, and the exit code is not 0. */
export const postDeployFailed = {
  exitCode: 11,
  meaning: "the post-deploy task failed, or its outcome is unknown",
  next: "Read the task's log in the report.",
} satisfies Ending;

/** Ends of a call without a verdict. */
export const errors: readonly Ending[] = [
  {
    exitCode: UNEXPECTED,
    meaning: "unexpected error: the outcome of the rollout is unknown",
    next: "Run the same command again: it attaches to its rollout.",
  },
  {
    exitCode: REFUSED,
    meaning: "bad input, refused, or AWS unavailable, before the service was changed",
    next: "Follow the message.",
  },
];
