/** Maximum characters of one text of others in a report. CloudWatch Logs takes events of up to 1 MiB: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html */
const longest = 4_000;

/** Cuts a text of others at the report's limit. */
export function cut(text: string): string {
  return text.length <= longest ? text : `${text.slice(0, longest)}…`;
}
