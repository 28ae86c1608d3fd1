/** What happened in a run, in order: times are milliseconds since the world's beginning. */
export type TraceEntry = {
  at: number;
} /** A call of the deployer, when it was answered. `result` is `ok` or the error's code. */ & (
  | { kind: "call"; run: number; operation: string; result: string }
  /** A line that the deployer told. */
  | { kind: "line"; run: number; text: string }
  /** What changed with the service, and what the world did to it. */
  | { kind: "world"; text: string }
);
