import type { IncomingMessage, ServerResponse } from "node:http";
import { guarded, logFailure } from "../../http/guard.js";
import type { Clock } from "../clock.js";
import type { LoadBalancer, TargetDescription } from "../ecs/task-runtime.js";
import { sendErrorPage } from "./error-page.js";
import { createListenerRules } from "./listener-rules.js";
import { forward } from "./proxy.js";
import { chooseRoute, chooseTarget } from "./routing.js";
import { type LoadBalancerSettings, rehearsalSettings } from "./settings.js";
import { Target } from "./target.js";

export { elbSettings, rehearsalSettings } from "./settings.js";

export interface LoadBalancerDeps {
  clock: Clock;
  /** Settings that differ from the rehearsal's. */
  settings?: Partial<LoadBalancerSettings>;
  /** Receives errors of listeners. */
  log?: (line: string) => void;
}

/** Creates an Application Load Balancer: checks its targets, distributes requests round robin to healthy ones, drains deregistered ones. */
export function createLoadBalancer({
  clock,
  settings: changed = {},
  log = console.error,
}: LoadBalancerDeps): LoadBalancer & { handle(request: IncomingMessage, response: ServerResponse): void } {
  const settings = { ...rehearsalSettings, ...changed };
  const registered = new Map<string, Target>();
  const draining = new Set<Target>();
  const keyOf = (targetGroupArn: string, taskArn: string) => `${targetGroupArn} ${taskArn}`;
  // Listeners are called from timers and sockets: an uncaught error there would end the process.
  const onFailure = logFailure(log, "Load balancer");
  const rules = createListenerRules(clock, settings.ruleDelay);
  const turns = new Map<string | undefined, number>();
  const nextTurn = (group: string | undefined) => {
    const turn = turns.get(group) ?? 0;
    turns.set(group, turn + 1);
    return turn;
  };

  return {
    register(at, listener) {
      const key = keyOf(at.targetGroupArn, at.taskArn);
      registered.get(key)?.close();
      registered.set(key, new Target(at, settings, clock, guarded(listener, onFailure)));
    },

    deregister(targetGroupArn, taskArn, onDrained) {
      const drained = guarded(onDrained, onFailure);
      const key = keyOf(targetGroupArn, taskArn);
      const target = registered.get(key);
      if (target === undefined) {
        clock.after(0, drained);
        return;
      }
      registered.delete(key);
      draining.add(target);
      target.drain(() => {
        draining.delete(target);
        drained();
      });
    },

    forward: (rule) => rules.set(rule),

    handle(request, response) {
      const targets = [...registered.values()];
      const route = chooseRoute(targets, rules.all(), request.headers.host);
      const group = typeof route === "object" ? rules.choose(route) : route;
      const target = chooseTarget(targets, group, nextTurn(group));
      if (target) forward(request, response, target, settings, clock);
      else sendErrorPage(response, 503);
    },

    describe: (targetGroupArn) => ({
      settings,
      targets: [...registered.values(), ...draining]
        .filter(({ at }) => at.targetGroupArn === targetGroupArn)
        .map((target) => describeTarget(target, draining.has(target))),
    }),

    async close() {
      for (const target of [...registered.values(), ...draining]) target.close();
      registered.clear();
      draining.clear();
    },
  };
}

function describeTarget({ at: { ip, port, instanceId }, health }: Target, draining: boolean): TargetDescription {
  const known = { ip, port, ...(instanceId !== undefined && { instanceId }) };
  return draining ? { ...known, state: "draining" } : { ...known, ...health };
}
