import type { ServerResponse } from "node:http";
import {
  type Clock,
  createSimulatedLoadBalancer,
  type LoadBalancerTarget,
  type ServingLoadBalancer,
  type TargetBehaviour,
} from "../../infra/local/aws/index.js";

export interface WebOptions {
  behaviourOf(target: LoadBalancerTarget): TargetBehaviour;
  /** Response of a task to `/version`, after `takes` milliseconds of the clock. */
  answerOf(taskArn: string): { version: string; status: number; takes: number };
}

/** A simulated load balancer that responds for its healthy targets in turn: to `/version` with the version of the task. */
export function createWeb(clock: Clock, { behaviourOf, answerOf }: WebOptions): ServingLoadBalancer {
  const simulated = createSimulatedLoadBalancer(clock, behaviourOf);
  const healthy = new Set<string>();
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
        if (health.state === "healthy") healthy.add(target.taskArn);
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
    handle(_request, response) {
      const tasks = [...healthy];
      const task = tasks[turn++ % tasks.length];
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
