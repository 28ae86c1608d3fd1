import assert from "node:assert/strict";
import { test } from "node:test";
import type { Snapshot, Subject } from "../../lib/ecs/snapshot.js";
import { judge } from "../../lib/rollout/judge/judge.js";
import { subject } from "./snapshots.js";

/** What is seen, and what the judge is to say of it. */
export interface Case {
  name: string;
  see: Snapshot[];
  on?: Partial<Subject>;
  verdict: string;
  reason?: RegExp;
}

/** A test for each. */
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
