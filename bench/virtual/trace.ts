/** Entry of a run's log, in order. Times are milliseconds since the start of the simulation. */
export type TraceEntry = {
  at: number;
} /** A call of the deployer, when it was answered. `result` is `ok` or the error's code. */ & (
  | { kind: "call"; run: number; operation: string; result: string }
  /** Progress line of the deployer. */
  | { kind: "line"; run: number; text: string }
  /** Intervention, and its result. */
  | { kind: "world"; text: string }
);
