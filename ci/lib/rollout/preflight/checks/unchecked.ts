import type { Known } from "../../../aws/try-read.js";
import type { Finding } from "../finding.js";

interface Thing {
  /** As a sentence names it. */
  what: string;
  known: Known<unknown>;
}

/** What could not be read, one finding for each reason: a permission that is missing is missing for all that needs it. */
export function unchecked(things: readonly Thing[], finding: (reason: string, things: string[]) => Finding): Finding[] {
  const byReason = new Map<string, string[]>();
  for (const { what, known } of things) {
    if ("unknown" in known) byReason.set(known.unknown, [...(byReason.get(known.unknown) ?? []), what]);
  }
  return [...byReason].map(([reason, whats]) => finding(reason, whats));
}
