import type { ServiceRecord } from "../../model/ecs-state.js";
import { type Forward, type ListenerRule, rulesOf } from "../../model/listener-rules.js";
import type { SchedulerContext } from "../scheduler-context.js";

/** Creates the listener rules that a service names and removes those that it names no longer. A rule that exists keeps its forwards. */
export function updateNamedRules(context: SchedulerContext, service: ServiceRecord): void {
  const named = service.status === "INACTIVE" ? [] : rulesOf(service.arn, service.settings);
  const { listenerRules } = context.state;
  for (const rule of Object.values(listenerRules)) {
    if (rule.serviceArn !== service.arn || named.some(({ arn }) => arn === rule.arn)) continue;
    delete listenerRules[rule.arn];
    context.actions.push({ type: "forward", rule: { ...rule, forwards: [] } });
  }
  for (const rule of named) {
    const known = listenerRules[rule.arn];
    if (known === undefined) setForwards(context, rule, rule.forwards);
    else if (known.serviceArn === service.arn) Object.assign(known, { ...rule, forwards: known.forwards });
  }
}

/** Changes a rule's forwards; the load balancer's nodes follow with its own delay. */
export function setForwards(context: SchedulerContext, rule: ListenerRule, forwards: Forward[]): void {
  const changed = { ...rule, forwards };
  context.state.listenerRules[rule.arn] = changed;
  context.actions.push({ type: "forward", rule: structuredClone(changed) });
  context.changed = true;
}
