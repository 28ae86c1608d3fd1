/** Returns the last part of an ARN's resource, such as `service:3` of a task definition's or the ID of a task's. */
export function nameIn(arn: string): string {
  return arn.slice(arn.lastIndexOf("/") + 1);
}
