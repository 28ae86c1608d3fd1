import type { Verdict } from "./judge/verdict.js";

/**
 * The process's exit code for each verdict. Besides these, 1 is an unexpected error and 2 is bad input or a refusal before the
 * service was changed.
 *
 * | code | when |
 * |---|---|
 * | 0 | deployed, deployed early, or nothing to do |
 * | 1 | unexpected error; what became of the rollout is not known |
 * | 2 | bad input, or refused before anything changed |
 * | 3 | rolled back |
 * | 4 | failed, and not rolled back; or another version is served at the end |
 * | 5 | superseded by another deployment |
 * | 6 | stopped |
 * | 7 | timed out |
 * | 8 | deployed, but the HTTP check could not be made |
 * | 9 | nothing ran: the desired count is 0 |
 * | 10 | paused |
 * | 11 | deployed, and the task after it failed or its outcome is not known |
 */
export const exitCodes: Record<Verdict, number> = {
  deployed: 0,
  "deployed-early": 0,
  "rolled-back": 3,
  failed: 4,
  superseded: 5,
  stopped: 6,
  "timed-out": 7,
  "deployed-unverified": 8,
  "nothing-ran": 9,
  paused: 10,
};

/** Exit code in place of 0 when the verdict is `deployed` and the target's post-deploy task did not succeed. */
export const afterFailed = 11;
