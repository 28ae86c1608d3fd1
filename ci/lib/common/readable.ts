/** A value that was read, or the reason that it could not be. */
export type Readable<T> = { value: T } | { unknown: string };

/** End of the reason for a read that IAM denied. */
export const NOT_PERMITTED = " is not permitted";

/**
 * Returns the fix of what could not be read: to allow an IAM action helps only where one was denied.
 * @param reason The `unknown` of a `Readable`.
 * @param allow The fix where an action was denied, such as `Allow ecr:DescribeImages on the repository.`
 */
export function fixOf(reason: string, allow: string): string {
  if (reason.endsWith(NOT_PERMITTED)) return allow;
  return "No permission is missing. Check the network from where this runs, and run the command again.";
}
