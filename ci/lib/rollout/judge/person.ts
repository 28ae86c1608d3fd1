/** Whether ECS's words for the end of a deployment name a person, or us, who asked for it. */
export function isOfPerson(reason: string): boolean {
  return /\bby user\b|by a user|user.requested/i.test(reason);
}

/** Whether ECS's reason for the end of a deployment names the circuit breaker or an alarm. */
export function isOfMonitor(reason: string): boolean {
  return /circuit breaker|\balarm\b/i.test(reason);
}
