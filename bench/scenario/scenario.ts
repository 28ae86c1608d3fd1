/**
 * All inputs of one simulated run, as plain JSON data. Absent members have their defaults, so that a scenario states only its special
 * parts: `{}` is a service with one task to which `v2.0.0` is deployed with success.
 * All times are milliseconds of virtual time unless their name has another unit.
 */

import type {
  EcsTiming,
  FaultRule,
  FunctionBehaviour,
  JsonObject,
  LifecycleStage,
  TargetBehaviour,
  TaskBehaviour,
} from "../../infra/local/aws/index.js";

export interface Scenario {
  /** Title in reports. */
  name?: string;
  service?: ServiceSettings;
  before?: Before;
  /** Release to deploy. Default: `v2.0.0`. */
  release?: ReleaseScript & { version?: string };
  /** Other versions that `interventions` deploy, by version; an absent version runs without failures. */
  others?: Record<string, ReleaseScript>;
  /**
   * Lambda functions of lifecycle hooks, by name: the answers of their invocations, in order; the last one repeats. A function without
   * answers does not exist.
   */
  functions?: Record<string, FunctionBehaviour[]>;
  /** Interventions during the deploy, in any order. */
  interventions?: Intervention[];
  aws?: AwsSettings;
  deployer?: DeployerSettings;
  /** Interruptions of the deployer: the first run meets the first, the run after it the second, … */
  kills?: Kill[];
  /** Our second deploy at the same time: its delay after the start of the first one; it has the same settings. */
  concurrent?: { at: number; version?: string; runId?: string };
  /** Pauses after which the same command runs once more, though it has ended: to read the outcome again, or after a pause. */
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
  /** Health checks of a task: none (healthy after 40 s of running), its container's, the load balancer's, or both. */
  check?: "none" | "container" | "load-balancer" | "both";
  /** 0. ECS takes another value only with a load balancer. */
  healthCheckGracePeriodSeconds?: number;
  /** CloudWatch alarms that watch its deployments, by name; with rollback where the circuit breaker has it. They begin in OK. */
  alarms?: string[];
  /**
   * Members of `deploymentConfiguration` of BLUE_GREEN, LINEAR or CANARY, such as `{ "strategy": "CANARY", "bakeTimeInMinutes": 5 }`. The load
   * balancer then has two target groups, a production rule and a test rule. Earlier versions ran without steps and bake times. Default: ROLLING.
   */
  strategy?: JsonObject;
  /** False: the service names no test rule. Default: true. */
  testRule?: boolean;
  /** True: a Network Load Balancer, whose listeners stand for the rules. Default: false. */
  network?: boolean;
  /** Lifecycle hooks, as UpdateService takes them. Earlier versions ran without them. */
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

/** State of the service before the deploy. */
export interface Before {
  /** The versions deployed so far, oldest first; the last one runs. `["v1.0.0"]`. */
  versions?: string[];
  /**
   * False: no deployment of the service has ever completed, and the circuit breaker, which it needs, has ended the last one. Default: true.
   */
  completed?: boolean;
  /** Versions of these whose tasks exit at once: the circuit breaker rolled back to the version before. */
  broken?: string[];
  /** Behaviour of the tasks of these revisions, later ones too. */
  tasks?: TaskScript[];
  /** Behaviour of those of their tasks that start during the deploy: in place of lost ones. Default: as `tasks`. */
  restarted?: TaskScript[];
}

/** Behaviour of a version's tasks, and its image. */
export interface ReleaseScript {
  /** Scripts of the version's tasks, in order; the last one repeats. Without scripts, all tasks run without failures. */
  tasks?: TaskScript[];
  image?: ImageScript;
}

export interface ImageScript {
  /** False: ECR does not have it at the preflight check. A pull of it fails only if the task's script fails it. */
  exists?: boolean;
  /** `linux/amd64`, the platform in the task definition. */
  platform?: string;
  /** `ACTIVE`. */
  status?: string;
  /** True when the release's digest is an index, and tasks report the digest of the manifest in it. */
  isIndex?: boolean;
}

/**
 * Behaviour of one task. By default it pulls for 5 s, starts in 1 s, becomes healthy 15 s (container check) or 10 s (load balancer) after
 * its start, serves its version, and stops 1 s after SIGTERM.
 */
export interface TaskScript extends TaskBehaviour {
  /** Changes of its load balancer's target, with delays after its registration. */
  target?: TargetBehaviour["health"];
  /** Time from deregistration to the end of its last request: the used part of the deregistration delay. 0. */
  drain?: number;
  /**
   * Response to the public; by default its own version with status 200. `takes` is the duration of a response, 0 by default: the end of the
   * drain cuts off an open response. Real time does not shorten it, because the deployer's timeouts stay too.
   */
  serves?: { version?: string; status?: number; takes?: number };
}

/**
 * Event at `at` milliseconds after the effect of the deployer's first UpdateService or, with `from`, after the deployer's start, or after a
 * service deployment has first entered a lifecycle stage. `step` is the step of a traffic shift, from 1: its stages repeat.
 */
export type Intervention = { at: number; from?: "start" | "update" | LifecycleStage; step?: number } & (
  | { do: "deploy"; version: string; settings?: JsonObject }
  /** UpdateService with forceNewDeployment and nothing else. */
  | { do: "redeploy" }
  /** StopServiceDeployment of the newest deployment; `ROLLBACK` rolls back, `ABORT` leaves the service as it is. */
  | { do: "stop"; stopType: "ABORT" | "ROLLBACK" }
  /** ContinueServiceDeployment on all waiting hooks of the newest deployment. */
  | { do: "continue"; action: "CONTINUE" | "ROLLBACK" }
  | { do: "scale"; desiredCount: number }
  /** UpdateService with these members. */
  | { do: "update"; members: JsonObject }
  | { do: "delete-service" }
  /** Refused while the cluster has a service or a task. */
  | { do: "delete-cluster" }
  /** This number of running tasks of a version end with exit code 1. */
  | { do: "crash"; version: string; count: number }
  /** StopTask on this number of running tasks of a version. */
  | { do: "stop-task"; version: string; count: number }
  /** Protects running tasks of a version, ten at most, from scaling in and from deployments, for this number of minutes. */
  | { do: "protect"; version: string; minutes: number }
  /** Sets one of the service's alarms. */
  | { do: "alarm"; name: string; state: "OK" | "ALARM" }
  /** Takes IAM actions from the deployer, such as `ecs:DescribeServiceDeployments`. */
  | { do: "deny"; actions: string[] }
  /** Another tool sets the service's listener rules back to its first target group, as Terraform does without `ignore_changes`. */
  | { do: "reset-rules" }
  /** Any further call by another user. */
  | { do: "call"; service: string; operation: string; input: JsonObject }
);

/** Properties of the simulated AWS. */
export interface AwsSettings {
  /** Times that differ from AWS's own. */
  timing?: Partial<EcsTiming>;
  /** Id under which a rollback shows the completed deployment: its old one (the default) or a new one. */
  rollbackId?: "old" | "new";
  /** False: the circuit breaker acts on ROLLING deployments only, the other reading of AWS's documents. Default: true. */
  breakerOnShifts?: boolean;
  /** Time until a changed listener rule has reached every node of the load balancer. `14000`, the longest recorded. */
  ruleDelay?: number;
  /** Number of tasks that Fargate's quota of vCPUs has room for beside the service's own. Default: more than any scenario has. */
  fargateRoom?: number;
  /** Minimum and maximum duration of a call; half of it passes before the effect. `[20, 80]`. */
  latency?: [number, number];
  /** IAM actions that the deployer lacks from the start on. */
  deny?: string[];
  /** Faults of the deployer's calls; `from` and `until` count from the deployer's start. */
  faults?: FaultRule[];
  /**
   * Time for which the public URL's load balancer still routes as before: it sends no request to a new task that is healthy, and sends some to
   * an old task that is deregistered, while its containers run. `3000`.
   */
  balancerLag?: number;
  /** Offset of the deployer's clock from AWS's; negative when it is behind. */
  clockSkew?: number;
}

/** Options of the deployer. */
export interface DeployerSettings {
  runId?: string;
  /** `rollback` deploys the last good version, or `to`; the version in `release` has no effect on it. */
  verb?: "rollback";
  to?: string;
  timeoutMs?: number;
  /** True when there is a public URL to verify. Default: false. */
  http?: boolean;
  /**
   * Responder at the URL, where it is not the service alone: another service, both by turns, or a cache that keeps the first response for
   * good.
   */
  url?: "foreign" | "shared" | "cached";
  force?: boolean;
  /** Findings of the preflight check that do not stop the deploy. */
  ignore?: string[];
  desiredCount?: number;
  /** False turns fail fast off. Default: true. */
  earlyStop?: boolean;
  /** Action at the deadline. Default: `leave`. */
  onTimeout?: "leave" | "rollback";
  /** False turns the automatic rollback off. Default: true. */
  undo?: boolean;
  /** Number of newest revisions to keep. Default: all. */
  keep?: number;
  /** Strategy that the deploy gives the service, with its defaults; `strategyOnce` restores the former one afterwards. */
  strategy?: "rolling" | "blue-green" | "canary" | "linear";
  strategyOnce?: boolean;
  /** True verifies each task at its own address too. Default: false. */
  verifyTasks?: boolean;
  /** Scripts of the pre-deploy and the post-deploy task, where the target has them. */
  before?: TaskScript;
  after?: TaskScript;
  /** Gates of the target: they end a pause by the answers of the test listener, and after the production shift by those of the public URL. */
  gates?: { stage: string; timeoutSeconds: number }[];
  /** Further options of the deployer's `rollOut`, unchanged. */
  more?: JsonObject;
}

/** Ends the deployer's process, or loses a response, at its nth call to AWS, counted from 1 in each run. */
export interface Kill {
  call: number;
  /** Killed before AWS has the request; killed after its effect; or alive, with the response lost. */
  how: "killed-before" | "killed-after" | "answer-lost";
  /** Milliseconds until its next start. 0. */
  pause?: number;
}
