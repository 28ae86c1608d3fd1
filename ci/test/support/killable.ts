import { type Call, lostResponse, type Script } from "./fake-aws.js";

/** Call to AWS, counted from 1, at which a process is killed or loses a response, and the kind of fault. */
export interface Boundary {
  call: number;
  /** Killed before AWS receives the request; killed after AWS executed it; or alive, with the response lost. */
  how: "killed-before" | "killed-after" | "answer-lost";
}

/**
 * Returns the boundaries of a deploy's calls that differ in their effect: a process that is killed before a read leaves AWS as one that
 * is killed after it.
 */
export function boundariesOf(calls: readonly Call[]): Boundary[] {
  return calls.flatMap(({ operation }, index) => {
    const isRead = /^(?:BatchGet|Describe|Get|List)/.test(operation);
    const ways = isRead
      ? (["killed-before", "answer-lost"] as const)
      : (["killed-before", "killed-after", "answer-lost"] as const);
    return ways.map((how) => ({ call: index + 1, how }));
  });
}

/** Wraps a script so that the process is killed at a boundary: its later calls do not arrive. */
export function killable(script: Script, boundary: Boundary): { script: Script; signal: AbortSignal } {
  const process = new AbortController();
  let calls = 0;
  const wrap = (handle: Script[string]): Script[string] => {
    return (input) => {
      calls += 1;
      if (process.signal.aborted) return lostResponse;
      if (calls !== boundary.call) return handle(input);
      if (boundary.how !== "killed-before") handle(input);
      if (boundary.how !== "answer-lost") process.abort(new Error("killed"));
      return lostResponse;
    };
  };
  const wrapped = Object.entries(script).map(([operation, handle]) => [operation, wrap(handle)]);
  return { script: Object.fromEntries(wrapped), signal: process.signal };
}
