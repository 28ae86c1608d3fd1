import type { Readable } from "../../common/readable.js";

/** A result of a preflight check, with its fix. */
export interface Finding<Id extends string = string> {
  /** Name of the finding, for `--ignore` and for programs. */
  id: Id;
  /** An error stops a deploy unless it is ignored. A fact that could not be read gives `not-checked`: it may or may not be as it must be. */
  level: "error" | "warning" | "not-checked";
  what: string;
  fix: string;
}

export const error = <Id extends string>(id: Id, what: string, fix: string) => findingOf(id, "error", what, fix);
export const warning = <Id extends string>(id: Id, what: string, fix: string) => findingOf(id, "warning", what, fix);
export const notRead = <Id extends string>(id: Id, what: string, fix: string) =>
  findingOf(id, "not-checked", what, fix);

function findingOf<Id extends string>(id: Id, level: Finding["level"], what: string, fix: string): [Finding<Id>] {
  return [{ id, level, what, fix }];
}

interface Item {
  /** Name of the item within a sentence. */
  what: string;
  known: Readable<unknown>;
}

/** Makes one finding for each reason for which items could not be read: a missing permission is missing for all items that need it. */
export function notChecked<Id extends string>(
  items: readonly Item[],
  finding: (reason: string, items: string[]) => [Finding<Id>],
): Finding<Id>[] {
  const byReason = new Map<string, string[]>();
  for (const { what, known } of items) {
    if ("unknown" in known) byReason.set(known.unknown, [...(byReason.get(known.unknown) ?? []), what]);
  }
  return [...byReason].flatMap(([reason, names]) => finding(reason, names));
}
