import { lostResponse, type Script } from "./fake-aws.js";

/** Where a process ends, or loses an answer: at which of its calls to AWS, counted from 1, and how. */
export interface Boundary {
  call: number;
  /** Killed before AWS has the request; killed after AWS did what it says; or alive, with the answer lost. */
  how: "killed-before" | "killed-after" | "answer-lost";
}

/** A process's way to AWS that ends at a boundary: what it calls from then on does not arrive. */
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
