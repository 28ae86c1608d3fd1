import { nameIn } from "../../aws/arn.js";
/** Who uses which revisions of one family: by the revision's number, as in `a task runs it`. */
export class RevisionUses {
  readonly #by = new Map<number, string>();
  readonly #deployed = new Set<number>();

  constructor(readonly family: string) {}

  /** @param taskDefinition An ARN, `family:revision` or `family`; one of another family, or without a revision, is ignored. */
  add(taskDefinition: string | undefined, by: string): void {
    const revision = revisionOf(taskDefinition ?? "", this.family);
    if (revision !== undefined && !this.#by.has(revision)) this.#by.set(revision, by);
  }

  /** Notes a revision that a service deployment has brought, with any outcome. */
  addDeployed(taskDefinition: string | undefined): void {
    const revision = revisionOf(taskDefinition ?? "", this.family);
    if (revision !== undefined) this.#deployed.add(revision);
  }

  /** Whether a service deployment that ECS remembers has brought the revision. */
  wasDeployed(revision: number): boolean {
    return this.#deployed.has(revision);
  }

  /** Returns the user of a revision; undefined when it is unused. */
  by(revision: number): string | undefined {
    return this.#by.get(revision);
  }
}

/** The revision's number; undefined when it is another family's, or when the family's newest is meant. */
export function revisionOf(taskDefinition: string, family: string): number | undefined {
  const [name = "", revision] = nameIn(taskDefinition).split(":");
  return name === family && revision !== undefined && /^\d+$/.test(revision) ? Number(revision) : undefined;
}
