import type { Clock } from "../../clock.js";
import { elbSettings } from "../../load-balancer/settings.js";
import type {
  LoadBalancer,
  LoadBalancerTarget,
  TargetDescription,
  TargetGroupSettings,
  TargetHealth,
} from "../task-runtime.js";

/** Script of a simulated target, in milliseconds of its clock. */
export interface TargetBehaviour {
  /** Changes of its health, each `after` milliseconds from its registration. By default it is healthy at once. */
  health?: ({ after: number } & TargetHealth)[];
  /** From its deregistration to the end of its last request. */
  drain?: number;
}

interface Registered {
  at: LoadBalancerTarget;
  health: TargetHealth | { state: "draining" };
  behaviour: TargetBehaviour;
  timers: (() => void)[];
}

/** Returns a load balancer whose targets follow scripts under a clock. `settings` are returned by its API and have no effect. */
export function createSimulatedLoadBalancer(
  clock: Clock,
  behaviourOf: (target: LoadBalancerTarget) => TargetBehaviour = () => ({}),
  settings: TargetGroupSettings = elbSettings,
): LoadBalancer {
  const targets = new Map<string, Registered>();
  const draining = new Set<Registered>();
  const keyOf = (targetGroupArn: string, taskArn: string) => `${targetGroupArn} ${taskArn}`;

  return {
    register(at, listener) {
      const behaviour = behaviourOf(at);
      const target: Registered = { at, health: { state: "initial" }, behaviour, timers: [] };
      const changes = behaviour.health ?? [{ after: 0, state: "healthy" as const }];
      target.timers = changes.map(({ after, ...health }) =>
        clock.after(after, () => {
          target.health = health;
          listener(health);
        }),
      );
      targets.set(keyOf(at.targetGroupArn, at.taskArn), target);
    },
    deregister(targetGroupArn, taskArn, drained) {
      const key = keyOf(targetGroupArn, taskArn);
      const target = targets.get(key);
      targets.delete(key);
      if (target === undefined) {
        clock.after(0, drained);
        return;
      }
      for (const cancel of target.timers) cancel();
      draining.add(target);
      target.health = { state: "draining" };
      clock.after(target.behaviour.drain ?? 0, () => {
        draining.delete(target);
        drained();
      });
    },
    describe: (targetGroupArn) => ({
      settings,
      targets: [...targets.values(), ...draining]
        .filter(({ at }) => at.targetGroupArn === targetGroupArn)
        .map(
          ({ at: { ip, port, instanceId }, health }): TargetDescription => ({
            ip,
            port,
            ...(instanceId !== undefined && { instanceId }),
            ...health,
          }),
        ),
    }),
    async close() {
      for (const { timers } of targets.values()) for (const cancel of timers) cancel();
      targets.clear();
    },
  };
}
