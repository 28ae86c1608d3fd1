import assert from "node:assert/strict";
import { test } from "node:test";
import type { Snapshot, Subject } from "../../lib/ecs/snapshot.js";
import { judge } from "../../lib/rollout/judge/judge.js";
import { subject } from "./snapshots.js";

/** Observations, and the verdict that the judge must return for them. */
export interface Case {
  name: string;
  see: Snapshot[];
  on?: Partial<Subject>;
  verdict: string;
  reason?: RegExp;
}

/** Registers a test for each case. */
export function judgeAll(cases: readonly Case[]): void {
  for (const { name, see, on, verdict, reason } of cases) {
    test(`when ${name}${on ? ", without the newer APIs" : ""}, it is ${verdict}`, () => {
      const judgement = judge({ ...subject, ...on }, see as [Snapshot, ...Snapshot[]]);
      const said = judgement.state === "decided" ? judgement : { verdict: "undecided", reason: judgement.waitingFor };
      assert.equal(said.verdict, verdict, said.reason);
      if (reason) assert.match(said.reason, reason);
    });
  }
}
