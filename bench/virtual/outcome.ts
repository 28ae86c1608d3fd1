import type { RolloutResult } from "../../ci/lib/rollout/result.js";
import type { OracleRecord, ServiceRecord } from "../oracle/oracle-record.js";
import type { Scenario } from "../scenario/scenario.js";

/** Outcome of a scenario. The same scenario and seed give the same outcome, byte for byte as JSON. */
export interface Outcome {
  runs: [DeployerRun, ...DeployerRun[]];
  /** Result of the last run. */
  report?: RolloutResult;
  oracle: OracleRecord;
  service: ServiceRecord;
  /** The deployer's requests to AWS in all runs, by operation. */
  calls: Record<string, number>;
  trace: TraceEntry[];
  /** Responses of the public URL to the deployer, in order. */
  answers: PublicAnswer[];
  /** Times at which the deployer received responses that a fault had made stale or changed. */
  misread: number[];
  /** Outcome of the concurrent deploy, where there was one. */
  concurrent?: Pick<Outcome, "runs" | "report" | "oracle" | "answers" | "testAnswers" | "taskAnswers"> & {
    scenario: Scenario;
  };
  /** The other of two deploys, where one of them is checked: its responses before the rollout count for both. */
  other?: Pick<Outcome, "oracle" | "answers">;
  /** Number of lifecycle hooks by status, in all deployments. */
  hooks: Record<string, number>;
  /** Responses of the test listener to the deployer; absent without any. */
  testAnswers?: PublicAnswer[];
  /** Responses of single tasks to the deployer. */
  taskAnswers: PublicAnswer[];
  /** Number of running tasks of each version at the end, at rest. */
  serves: Record<string, number>;
}

/** One start of the deployer. Times are milliseconds since the start of the simulation. */
export interface DeployerRun {
  startedAt: number;
  endedAt: number;
  /** Result: a report, an error, or neither when it was killed. */
  report?: RolloutResult;
  error?: { name: string; code?: string; message: string; findings?: readonly string[] };
  killed: boolean;
  /** Time of ECS's last response about the service, its deployments or its tasks before the verdict. */
  lastPollAt: number;
  /** Time at which it last began to verify the public URL after ECS's success. */
  verifiedAt?: number;
  /** Requests to AWS, retries included. */
  calls: number;
}

/** Response of the public URL; the simulation knows which task sent it. */
export interface PublicAnswer {
  at: number;
  status: number;
  /** Version in the app's response; absent in errors and in responses of others. */
  version?: string;
  /** Responder, where it was not the service. */
  by?: "other" | "cache";
}

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
