import type { Clock } from "../../clock.js";
import type { LoadBalancer, LoadBalancerTarget, TargetHealth } from "../runtime.js";

/** What a simulated target does, in milliseconds of its clock. */
export interface TargetBehaviour {
  /** Changes of its health, each so long after it was registered. Nothing here means healthy at once. */
  health?: ({ after: number } & TargetHealth)[];
  /** From deregistered to its last request's end. */
  drain?: number;
}

/** Judges targets by script under a clock. */
export function createSimulatedLoadBalancer(
  clock: Clock,
  behaviourOf: (target: LoadBalancerTarget) => TargetBehaviour = () => ({}),
): LoadBalancer {
  const targets = new Map<string, { behaviour: TargetBehaviour; timers: (() => void)[] }>();
  const keyOf = (targetGroupArn: string, taskArn: string) => `${targetGroupArn} ${taskArn}`;

  return {
    register(target, listener) {
      const behaviour = behaviourOf(target);
      const changes = behaviour.health ?? [{ after: 0, state: "healthy" as const }];
      const timers = changes.map(({ after, ...health }) => clock.after(after, () => listener(health)));
      targets.set(keyOf(target.targetGroupArn, target.taskArn), { behaviour, timers });
    },
    deregister(targetGroupArn, taskArn, drained) {
      const key = keyOf(targetGroupArn, taskArn);
      const target = targets.get(key);
      targets.delete(key);
      for (const cancel of target?.timers ?? []) cancel();
      clock.after(target?.behaviour.drain ?? 0, drained);
    },
    async close() {
      for (const { timers } of targets.values()) for (const cancel of timers) cancel();
      targets.clear();
    },
  };
}
