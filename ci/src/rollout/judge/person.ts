/** Whether ECS's words for the end of a deployment name a person, or us, who asked for it. */
export function isOfPerson(reason: string): boolean {
  return /\bby user\b|by a user|user.requested/i.test(reason);
}
