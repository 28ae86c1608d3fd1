import type { Clock } from "../../infra/local/aws/clock.js";
import type { LoadBalancerTarget } from "../../infra/local/aws/ecs/runtime.js";
import {
  createSimulatedLoadBalancer,
  type TargetBehaviour,
} from "../../infra/local/aws/ecs/simulated/load-balancer.js";
import type { ServingLoadBalancer } from "../../infra/local/aws/route.js";

export interface WebOptions {
  behaviourOf(target: LoadBalancerTarget): TargetBehaviour;
  /** What a task answers at `/version`. */
  answerOf(taskArn: string): { version: string; status: number };
}

/** A simulated load balancer that answers for its healthy targets, each in its turn: `/version` with the version of the task. */
export function createWeb(clock: Clock, { behaviourOf, answerOf }: WebOptions): ServingLoadBalancer {
  const simulated = createSimulatedLoadBalancer(clock, behaviourOf);
  const healthy = new Set<string>();
  let turn = 0;
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
      simulated.deregister(targetGroupArn, taskArn, drained);
    },
    handle(_request, response) {
      const tasks = [...healthy];
      const task = tasks[turn++ % tasks.length];
      if (task === undefined) return response.writeHead(503).end("503 Service Temporarily Unavailable");
      const { version, status } = answerOf(task);
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify({ version }));
    },
    describe: simulated.describe,
    close: () => simulated.close(),
  };
}
