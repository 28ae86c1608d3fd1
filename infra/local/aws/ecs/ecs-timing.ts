/** Delays of the local ECS, in milliseconds. */
export interface EcsTiming {
  /** From UpdateService to the first decision about its deployment; the service deployment is PENDING until then. */
  deploymentStart: number;
  /** The same from UpdateService of a service with the strategy BLUE_GREEN, LINEAR or CANARY. */
  shiftStart: number;
  /** From SCALE_UP to the first start of a task, with these strategies. */
  scaleUp: number;
  /** From the start of a traffic shift, or of the rollback of one, to the change of its listener rules. */
  ruleChange: number;
  /** From the change of the test rules to the end of TEST_TRAFFIC_SHIFT. */
  testShift: number;
  /** From the change of the production rules to the end of PRODUCTION_TRAFFIC_SHIFT, without the wait between steps. */
  productionShift: number;
  /** Further wait after each change of a Network Load Balancer's listener. */
  networkShift: number;
  /** From the start of a rollback to its first start of a task, and to its end where nothing needs to be started. */
  rollbackStart: number;
  /** From a task's creation to PENDING: its network interface is created. */
  provisioning: number;
  /** From all containers started to RUNNING: its targets are registered. */
  activation: number;
  /** DEACTIVATING: from its drained targets to its containers' SIGTERM. */
  deactivating: number;
  /** DEPROVISIONING: from its containers' end to STOPPED. A failure is counted at STOPPED. */
  deprovisioning: number;
  /** Time that a task with neither a load balancer nor a container health check runs before it counts as healthy. */
  healthyWithoutChecks: number;
  /** Delays before the next start after the first, second, … task in a row that never ran; the last one repeats. */
  restartBackoff: readonly number[];
  /**
   * From the failure that reaches the circuit breaker's threshold to its opening, where the next start is delayed after tasks that never ran.
   * That start happens in between, early enough for its task to leave PROVISIONING.
   */
  breakerDelay: number;
  /** From a request to stop a service deployment to its effect. */
  stopRequest: number;
  /** Time for which ListServiceDeployments and DescribeServices don't show a new service deployment. */
  listLag: number;
  /** Time for which `Service.currentServiceDeployment` still names the previous one. */
  currentDeploymentLag: number;
  /** The same as `listLag` with the strategies BLUE_GREEN, LINEAR and CANARY. */
  shiftListLag: number;
  /** Length of a minute of bake times, waits between steps and timeouts of hooks. */
  minute: number;
  /** Number of tasks started at once, and milliseconds for each further one. */
  launchBurst: number;
  launchInterval: number;
  /** Interval at which a steady service repeats its event. */
  steadyRepeat: number;
  /** Time for which stopped tasks and deleted services can be described. */
  stoppedTaskKept: number;
  inactiveServiceKept: number;
  /** From DeleteTaskDefinitions to the removal of the revision, where nothing references it. */
  taskDefinitionDeletion: number;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Delays of AWS. A value marked "recorded" is fitted to timelines of real accounts; the others are documented by AWS. */
export const awsTiming: EcsTiming = {
  deploymentStart: 45 * SECOND, // recorded: first start event 45-95 s after UpdateService
  shiftStart: 1.6 * SECOND, // recorded
  scaleUp: 22 * SECOND, // recorded: targets registered 38-68 s after PRE_SCALE_UP
  ruleChange: 13 * SECOND, // recorded: POST_TEST hook to production rule
  testShift: 29 * SECOND, // recorded: test rule to POST_TEST hook, 2 s in another recording
  productionShift: 12 * SECOND, // recorded: old targets removed 6:14 after the rule with a bake time of 5:00
  networkShift: 10 * MINUTE, // service deployments with a Network Load Balancer
  rollbackStart: 24 * SECOND, // recorded: done after 24 s where the old task still ran
  provisioning: 10 * SECOND, // recorded
  activation: 5 * SECOND, // recorded
  deactivating: 1 * SECOND, // recorded
  deprovisioning: 25 * SECOND, // recorded: STOPPED some 30 s after the containers' end
  healthyWithoutChecks: 40 * SECOND, // how the deployment circuit breaker works
  restartBackoff: [48 * SECOND, 290 * SECOND, 15 * MINUTE], // first two recorded, the cap from "service throttle logic"
  breakerDelay: 44 * SECOND, // recorded: third failure at 11:00, rollback at 11:44
  stopRequest: 3 * SECOND, // recorded
  listLag: 5 * SECOND, // recorded: "for some seconds"
  currentDeploymentLag: 5 * SECOND, // recorded
  shiftListLag: 6 * SECOND, // recorded
  minute: MINUTE,
  launchBurst: 100, // Fargate launch rates: 100 at once,
  launchInterval: SECOND / 20, // then 20 a second
  steadyRepeat: 6 * HOUR, // service event messages
  stoppedTaskKept: HOUR, // DescribeTasks
  inactiveServiceKept: HOUR, // DeleteService: "might be cleaned up" later, no time given
  taskDefinitionDeletion: HOUR, // task definition states: "periodically", no time given
};

/** Delays of a rehearsal: a rolling update of one real container ends in 6-8 s, a failing one is rolled back in 10-15 s. */
export const rehearsalTiming: EcsTiming = {
  deploymentStart: 500,
  shiftStart: 200,
  scaleUp: 300,
  ruleChange: 200,
  testShift: 500,
  productionShift: 300,
  networkShift: 3 * SECOND,
  rollbackStart: 400,
  provisioning: 200,
  activation: 100,
  deactivating: 50,
  deprovisioning: 300,
  healthyWithoutChecks: 3 * SECOND,
  restartBackoff: [300, 600, 1_200],
  breakerDelay: 300,
  stopRequest: 200,
  listLag: 400,
  currentDeploymentLag: 400,
  shiftListLag: 400,
  minute: MINUTE,
  launchBurst: 100,
  launchInterval: SECOND / 20,
  steadyRepeat: 6 * HOUR,
  stoppedTaskKept: HOUR,
  inactiveServiceKept: HOUR,
  taskDefinitionDeletion: MINUTE,
};
