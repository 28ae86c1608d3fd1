/**
 * Everything that one simulated run is made of, as plain JSON data. What is absent is as it usually is, so that a scenario says only
 * what is special about it: `{}` is a service with one task to which `v2.0.0` is deployed, and all goes well.
 * All times are milliseconds of virtual time unless their name says otherwise.
 */

import type { EcsTiming, FaultRule, JsonObject, TargetBehaviour, TaskBehaviour } from "../../infra/local/aws/index.js";

export interface Scenario {
  /** For people: what stands in reports. */
  name?: string;
  service?: ServiceSettings;
  before?: Before;
  /** What is deployed: `v2.0.0` unless it says otherwise. */
  release?: ReleaseScript & { version?: string };
  /** The other versions that `interventions` deploy, by version; one that is not here goes well. */
  others?: Record<string, ReleaseScript>;
  /** What happens besides, in any order. */
  interventions?: Intervention[];
  aws?: AwsSettings;
  deployer?: DeployerSettings;
  /** Interruptions of the deployer: the first run meets the first, the run after it the second, … */
  kills?: Kill[];
  /** A second deploy of ours at the same time, so long after the first one was started, with the same settings. */
  concurrent?: { at: number; version?: string; runId?: string };
  /** The same command is run once more after each of these pauses, though it has come to an end: to ask again, or because it was paused. */
  again?: number[];
}

/** The service as it was created. */
export interface ServiceSettings {
  /** 1. */
  desiredCount?: number;
  /** 100. */
  minimumHealthyPercent?: number;
  /** 200. */
  maximumPercent?: number;
  /** Circuit breaker with rollback (the default), without, or none. */
  breaker?: "rollback" | "stop" | "off";
  /** `thresholdConfiguration` and `resetOnHealthyTask` of the circuit breaker, as CreateService takes them. */
  breakerSettings?: JsonObject;
  /** What tells whether a task is healthy: nothing (40 s of running), its container's health check, the load balancer, or both. */
  check?: "none" | "container" | "load-balancer" | "both";
  /** 0. ECS takes another value only with a load balancer. */
  healthCheckGracePeriodSeconds?: number;
  /** CloudWatch alarms that watch its deployments, by name; with rollback where the circuit breaker has it. They begin in OK. */
  alarms?: string[];
  /** PAUSE lifecycle hooks, as UpdateService takes them. What was there before has not had them yet. */
  hooks?: JsonObject[];
  /** Container instances: with one or more the service has the launch type EC2, and its tasks the network mode bridge. 0. */
  instances?: number;
  /** Further members of CreateService, such as `{ "deploymentConfiguration": { "alarms": … } }`; configurations are merged. */
  more?: JsonObject;
  /** Further members of the container in the task definition, such as `{ "stopTimeout": 120 }`. */
  container?: JsonObject;
  /** Further containers of the task definition, such as `{ "name": "proxy", "image": "proxy:1", "essential": false }`. */
  sidecars?: JsonObject[];
}

/** What was there before. */
export interface Before {
  /** The versions deployed so far, oldest first; the last one runs. `["v1.0.0"]`. */
  versions?: string[];
  /** False: no deployment of the service has ever completed, and the circuit breaker, which it needs, has ended the last one. True. */
  completed?: boolean;
  /** Those of the versions whose tasks exit at once: the circuit breaker went back to the one before. */
  broken?: string[];
  /** How the tasks of these revisions behave, later ones too. */
  tasks?: TaskScript[];
}

/** How a version's tasks behave, and its image. */
export interface ReleaseScript {
  /** The nth task of its version behaves as the nth says; the last one repeats. All go well unless it says otherwise. */
  tasks?: TaskScript[];
  image?: ImageScript;
}

export interface ImageScript {
  /** False: ECR does not have it when the pre-flight looks. A pull of it fails only if the task's script says so. */
  exists?: boolean;
  /** `linux/amd64`, which the task definition asks for. */
  platform?: string;
  /** `ACTIVE`. */
  status?: string;
  /** The release's digest is an index, and tasks tell the digest of the manifest in it. */
  isIndex?: boolean;
}

/**
 * How one task behaves. By default it pulls for 5 s, starts in 1 s, becomes healthy 15 s (container check) or 10 s (load balancer) after
 * its start, serves its version, and stops 1 s after SIGTERM.
 */
export interface TaskScript extends TaskBehaviour {
  /** Changes of its load balancer's target, each so long after it was registered. */
  target?: TargetBehaviour["health"];
  /** From deregistered to its last request's end: the deregistration delay as far as it is used. 0. */
  drain?: number;
  /**
   * What it answers the public; its own version with status 200 unless it says otherwise. `takes` is how long that takes, 0 unless it
   * says so: what is not answered when the drain ends is cut off. In real time it is not shortened, as the deployer's patience is not.
   */
  serves?: { version?: string; status?: number; takes?: number };
}

/**
 * Something that happens `at` milliseconds after the deployer's first UpdateService has had its effect, or, with `from: "start"`, after
 * the deployer was started.
 */
export type Intervention = { at: number; from?: "start" | "update" } & (
  | { do: "deploy"; version: string; settings?: JsonObject }
  /** UpdateService with forceNewDeployment and nothing else. */
  | { do: "redeploy" }
  /** StopServiceDeployment of the newest deployment; `ROLLBACK` goes back, `ABORT` leaves it as it is. */
  | { do: "stop"; stopType: "ABORT" | "ROLLBACK" }
  /** ContinueServiceDeployment on whatever hooks of the newest deployment wait. */
  | { do: "continue"; action: "CONTINUE" | "ROLLBACK" }
  | { do: "scale"; desiredCount: number }
  /** UpdateService with these members. */
  | { do: "update"; members: JsonObject }
  | { do: "delete-service" }
  /** Refused while the cluster has a service or a task. */
  | { do: "delete-cluster" }
  /** So many running tasks of a version end with exit code 1. */
  | { do: "crash"; version: string; count: number }
  /** StopTask on so many running tasks of a version. */
  | { do: "stop-task"; version: string; count: number }
  /** Protects running tasks of a version, ten at most, from scaling in and from deployments, for so many minutes. */
  | { do: "protect"; version: string; minutes: number }
  /** Sets one of the service's alarms. */
  | { do: "alarm"; name: string; state: "OK" | "ALARM" }
  /** Takes IAM actions from the deployer, such as `ecs:DescribeServiceDeployments`. */
  | { do: "deny"; actions: string[] }
  /** Any further call by somebody else. */
  | { do: "call"; service: string; operation: string; input: JsonObject }
);

/** How this AWS is. */
export interface AwsSettings {
  /** What differs from AWS's own times. */
  timing?: Partial<EcsTiming>;
  /** Whether a rollback shows the completed deployment under its old id (the default) or a new one. */
  rollbackId?: "old" | "new";
  /** Least and most of a call's duration; half of it passes before the effect. `[20, 80]`. */
  latency?: [number, number];
  /** IAM actions that the deployer may not take, from the start on. */
  deny?: string[];
  /** What goes wrong with the deployer's calls on their way; `from` and `until` count from the deployer's start. */
  faults?: FaultRule[];
  /** How far the deployer's clock is ahead of AWS's; negative when it is behind. */
  clockSkew?: number;
}

/** How the deployer is called. */
export interface DeployerSettings {
  runId?: string;
  /** `rollback` goes back to the last good version, or to `to`; what `release` says of a version is nothing to it. */
  verb?: "rollback";
  to?: string;
  timeoutMs?: number;
  /** Whether there is a public URL to ask. False. */
  http?: boolean;
  /**
   * What answers there, where it is not the service alone: another service, both by turns, or a cache that keeps the first answer for
   * good.
   */
  url?: "foreign" | "shared" | "cached";
  force?: boolean;
  /** Findings of the pre-flight that do not stop it. */
  ignore?: string[];
  desiredCount?: number;
  /** Whether a hopeless rollout may be ended early. True. */
  earlyStop?: boolean;
  /** What becomes of a rollout that is undecided at the deadline. `leave`. */
  onTimeout?: "leave" | "rollback";
  /** Whether what is proven wrong is taken back. True. */
  undo?: boolean;
  /** How many of the newest revisions stay; all unless it says so. */
  keep?: number;
  /** Whether each task is asked at its own address too. False. */
  verifyTasks?: boolean;
  /** What the target's one-off tasks do, where it has them. */
  before?: TaskScript;
  after?: TaskScript;
  /** Further options of the deployer's `rollOut`, as they are. */
  more?: JsonObject;
}

/** Ends the deployer's process, or loses an answer, at its nth call to AWS, counted from 1 in each run. */
export interface Kill {
  call: number;
  /** Killed before AWS has the request; killed after it did what it says; or alive, with the answer lost. */
  how: "killed-before" | "killed-after" | "answer-lost";
  /** Until it is started again. 0. */
  pause?: number;
}
