import type { Clock } from "../clock.js";
import type { Forward, ListenerRule } from "../ecs/model/listener-rules.js";

/** Number of the load balancer's nodes. Requests go to them in turn. */
const NODES = 4;

/** Forwards of a rule from the time of their change on. */
interface Version {
  since: number;
  forwards: readonly Forward[];
  /** Credits of the smooth weighted round robin, by target group. */
  credits: Map<string, number>;
}

interface KnownRule extends ListenerRule {
  /** Newest last. */
  versions: Version[];
}

/** Listener rules of the load balancer. A changed rule reaches one node after another, the last one after `delay` milliseconds. */
export interface ListenerRules {
  set(rule: ListenerRule): void;
  all(): readonly ListenerRule[];
  /** Returns the target group of the next request to a rule. */
  choose(rule: ListenerRule): string | undefined;
}

export function createListenerRules(clock: Clock, delay: number): ListenerRules {
  const rules = new Map<string, KnownRule>();
  let turn = 0;
  return {
    set(rule) {
      if (rule.forwards.length === 0) {
        rules.delete(rule.arn);
        return;
      }
      const now = clock.now();
      const known = rules.get(rule.arn)?.versions ?? [];
      // The newest version that every node has, and all later ones.
      const kept = known.slice(
        Math.max(
          0,
          known.findLastIndex(({ since }) => since + delay <= now),
        ),
      );
      const since = known.length === 0 ? now - delay : now;
      const version = { since, forwards: rule.forwards, credits: new Map<string, number>() };
      rules.set(rule.arn, { ...rule, versions: [...kept, version] });
    },
    all: () => [...rules.values()],
    choose({ arn }) {
      const node = turn++ % NODES;
      const seen = clock.now() - (delay * (node + 1)) / NODES;
      const { versions = [] } = rules.get(arn) ?? {};
      const version = versions.findLast(({ since }) => since <= seen) ?? versions[0];
      return version && nextOf(version);
    },
  };
}

/** Returns target groups by weight, evenly mixed: of 100 requests a group of 10 % gets each tenth one. */
function nextOf({ forwards, credits }: Version): string | undefined {
  const total = forwards.reduce((sum, { weight }) => sum + weight, 0);
  if (total === 0) return undefined;
  const creditOf = (group: string) => credits.get(group) ?? 0;
  for (const { targetGroupArn, weight } of forwards) credits.set(targetGroupArn, creditOf(targetGroupArn) + weight);
  const [first, ...others] = forwards.map(({ targetGroupArn }) => targetGroupArn);
  if (first === undefined) return undefined;
  const chosen = others.reduce((best, group) => (creditOf(group) > creditOf(best) ? group : best), first);
  credits.set(chosen, creditOf(chosen) - total);
  return chosen;
}
