import { invalid } from "./names.js";

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html */
const LONGEST_PATTERN = 1024;

/**
 * Reads a filter pattern of terms: `ERROR timeout` (all of them), `?ERROR ?WARN` (any of them), `-DEBUG` (not), `"two words"`.
 * Rejects JSON patterns, column patterns and regular expressions.
 */
export function readPattern(pattern: string): (message: string) => boolean {
  if (pattern.length > LONGEST_PATTERN) {
    throw invalid(
      `1 validation error detected: Value at 'filterPattern' failed to satisfy constraint: Member must have length less than or equal to ${LONGEST_PATTERN}`,
    );
  }
  if (/^\s*[{[%]/.test(pattern)) {
    throw invalid(`The local CloudWatch Logs filters by terms only, not by '${pattern}'.`);
  }
  const terms = [...pattern.matchAll(/([?-]?)(?:"((?:[^"\\]|\\.)*)"|(\S+))/g)].map(([, sign = "", quoted, bare]) => ({
    sign,
    word: quoted?.replace(/\\(.)/g, "$1") ?? bare ?? "",
  }));
  const wordsOf = (sign: string) => terms.filter((term) => term.sign === sign).map((term) => term.word);
  const [all, any, none] = [wordsOf(""), wordsOf("?"), wordsOf("-")];
  return (message) =>
    all.every((word) => message.includes(word)) &&
    (any.length === 0 || any.some((word) => message.includes(word))) &&
    !none.some((word) => message.includes(word));
}
