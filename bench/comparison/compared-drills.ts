import { drills } from "../drills/catalogue/index.js";
import type { Drill } from "../drills/drill.js";
import type { speeds } from "../http/http-environment.js";

/** Drill that shows differences between the tools. */
export interface ComparedDrill extends Drill {
  /** Known mistakes of tools in this situation: the verdict, and the link to the report. */
  reported: Report[];
  /** Speed of this drill; takes precedence over the requested speed. */
  speed?: keyof typeof speeds;
}

interface Report {
  /** Matches the tool's name with its settings. */
  tool: RegExp;
  says: "success" | "failure";
  source: string;
}

const action = "aws-actions/amazon-ecs-deploy-task-definition";
const waiters = /waiter|ecs wait/;
const afterRollback: Report = {
  tool: waiters,
  says: "success",
  source: `hashicorp/terraform-provider-aws #19519, ${action} #191`,
};
const afterReplacement: Report = { tool: waiters, says: "success", source: `${action} #191` };
/** Only where no task has failed: the time of the poll decides if the tool sees a failed task. */
const afterQuietRollback: Report = { tool: /fabfuel/, says: "success", source: "fabfuel/ecs-deploy #185" };

export const comparedDrills: readonly ComparedDrill[] = [
  pick("succeeds"),
  pick("exits-at-once", { reported: [afterRollback] }),
  pick("image-missing", { reported: [afterRollback] }),
  pick("breaker-without-rollback"),
  pick("concurrent-deploy", { reported: [afterReplacement] }),
  pick("user-rolls-back-deployment", { reported: [afterRollback, afterQuietRollback] }),
  pick("desired-count-0", {
    reported: [{ tool: /waiter|ecs wait|fabfuel|aws-actions/, says: "success", source: `${action} #191` }],
  }),
  pick("slow-drain", {
    speed: "aws",
    reported: [{ tool: /fabfuel.*defaults/, says: "failure", source: `${action} #30 and #31 (300 s of draining)` }],
  }),
  pick("secret-denied-without-breaker"),
  // The report is that the SDK's waiter retries until its end: the table row has the seconds.
  pick("describe-denied", {
    reported: [
      {
        tool: /SDK waiter/,
        says: "failure",
        source: "the JavaScript SDK's waiter retries AccessDenied until maxWaitTime",
      },
    ],
  }),
  pick("wrong-version-served"),
  pick("blue-green-succeeds"),
  pick("canary-succeeds"),
  pick("blue-green-crashes-before-the-test-shift", { reported: [afterRollback] }),
  pick("blue-green-hook-rejects", { reported: [afterRollback] }),
  pick("blue-green-never-continued"),
  pick("blue-green-other-deploy-in-bake-time", { reported: [afterReplacement] }),
  pick("canary-other-deploy", { reported: [afterReplacement] }),
  pick("blue-green-alarm-in-the-bake", { reported: [afterRollback] }),
  pick("blue-green-rules-reset-in-the-bake"),
];

function pick(name: string, more: Partial<Pick<ComparedDrill, "reported" | "speed">> = {}): ComparedDrill {
  const drill = drills.find((each) => each.name === name);
  if (!drill) throw new Error(`There is no drill ${name}.`);
  return { reported: [], ...drill, ...more };
}
