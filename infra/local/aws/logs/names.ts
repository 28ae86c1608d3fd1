import { AwsError } from "../protocol/service.js";

/** Validates a log group's name. @throws AwsError InvalidParameterException. */
export function checkGroupName(name: string): void {
  check("logGroupName", name, /^[.\-_/#A-Za-z0-9]+$/, "[\\.\\-_/#A-Za-z0-9]+");
}

/** Validates a log stream's name. @throws AwsError InvalidParameterException. */
export function checkStreamName(name: string): void {
  check("logStreamName", name, /^[^:*]*$/, "[^:*]*");
}

function check(member: string, name: string, pattern: RegExp, shown: string): void {
  const constraint =
    name.length < 1
      ? "Member must have length greater than or equal to 1"
      : name.length > 512
        ? "Member must have length less than or equal to 512"
        : pattern.test(name)
          ? undefined
          : `Member must satisfy regular expression pattern: ${shown}`;
  if (constraint) {
    throw invalid(
      `1 validation error detected: Value '${name}' at '${member}' failed to satisfy constraint: ${constraint}`,
    );
  }
}

export function invalid(message: string): AwsError {
  return new AwsError("InvalidParameterException", message);
}
