/** Texts in which ECS states why a deployment ended: no field of its API carries these facts. */

/** Returns true when the reason names a user who requested the end; a request of this deployer has the same text. */
export function isOfUser(reason: string): boolean {
  return /\bby user\b|by a user|user.requested/i.test(reason);
}

/** Returns true when the reason names the circuit breaker or an alarm. */
export function isStoppedByMonitor(reason: string): boolean {
  return /circuit breaker|\balarm\b/i.test(reason);
}

/** Returns true when the reason names a later service deployment. */
export function isOfReplacement(reason: string): boolean {
  return /replaced by a new service deployment/i.test(reason);
}

/** Returns the ID of the deployment that ECS rolls back to, by an event's message; undefined for any other event. */
export function rollbackGoalIn(message: string): string | undefined {
  return /rolling back to deployment (\S+?)\.$/.exec(message)?.[1];
}
