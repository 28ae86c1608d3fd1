import type { ServerResponse } from "node:http";
import {
  type Clock,
  chooseRoute,
  createListenerRules,
  createSimulatedLoadBalancer,
  type LoadBalancerTarget,
  type ServingLoadBalancer,
  type TargetBehaviour,
} from "../../infra/local/aws/index.js";

/** Time in milliseconds until every node of a load balancer has a changed rule: the longest that was recorded. */
export const RULE_DELAY = 14_000;

export interface WebOptions {
  behaviourOf(target: LoadBalancerTarget): TargetBehaviour;
  /** Response of a task to `/version`, after `takes` milliseconds of the clock. */
  answerOf(taskArn: string): { version: string; status: number; takes: number };
  /** Time until every node of the load balancer has a changed listener rule, in milliseconds of the clock's `now`. */
  ruleDelay: number;
}

/**
 * A simulated load balancer that responds for its healthy targets in turn: to `/version` with the version of the task. Where the service names
 * listener rules, these choose the target group of a request by its Host and their weights.
 */
export function createWeb(clock: Clock, { behaviourOf, answerOf, ruleDelay }: WebOptions): ServingLoadBalancer {
  const simulated = createSimulatedLoadBalancer(clock, behaviourOf);
  const rules = createListenerRules(clock, ruleDelay);
  /** Healthy targets, by task. */
  const healthy = new Map<string, LoadBalancerTarget>();
  const open = new Map<string, Set<ServerResponse>>();
  let turn = 0;

  function later(taskArn: string, response: ServerResponse, takes: number, answer: () => void) {
    const own = open.get(taskArn) ?? new Set();
    open.set(taskArn, own.add(response));
    const cancel = clock.after(takes, answer);
    response.once("close", () => {
      cancel();
      own.delete(response);
    });
  }

  /** Ends open requests of a drained target with 502. */
  function cut(taskArn: string) {
    for (const response of open.get(taskArn) ?? []) response.writeHead(502).end("502 Bad Gateway");
    open.delete(taskArn);
  }

  return {
    register(target, listener) {
      simulated.register(target, (health) => {
        if (health.state === "healthy") healthy.set(target.taskArn, target);
        else healthy.delete(target.taskArn);
        listener(health);
      });
    },
    deregister(targetGroupArn, taskArn, drained) {
      healthy.delete(taskArn);
      simulated.deregister(targetGroupArn, taskArn, () => {
        cut(taskArn);
        drained();
      });
    },
    forward: rules.set,
    handle({ headers }, response) {
      const route = chooseRoute([], rules.all(), headers.host);
      const group = typeof route === "object" ? rules.choose(route) : undefined;
      const tasks = [...healthy.values()].filter(
        ({ targetGroupArn }) => group === undefined || targetGroupArn === group,
      );
      const task = tasks[turn++ % tasks.length]?.taskArn;
      if (task === undefined) return response.writeHead(503).end("503 Service Temporarily Unavailable");
      const { version, status, takes } = answerOf(task);
      const answer = () =>
        void response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify({ version }));
      if (takes > 0) later(task, response, takes, answer);
      else answer();
    },
    describe: simulated.describe,
    async close() {
      for (const taskArn of open.keys()) cut(taskArn);
      await simulated.close();
    },
  };
}
