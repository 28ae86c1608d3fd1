import { nameIn } from "../../common/aws-names.js";
/** Uses of one family's revisions, by the revision's number, as in `a task runs it`. */
export class RevisionUses {
  readonly #by = new Map<number, string>();
  readonly #deployed = new Set<number>();

  constructor(readonly family: string) {}

  /** @param taskDefinition An ARN, `family:revision` or `family`; one of another family, or without a revision, is ignored. */
  add(taskDefinition: string | undefined, by: string): void {
    const revision = revisionOf(taskDefinition ?? "", this.family);
    if (revision !== undefined && !this.#by.has(revision)) this.#by.set(revision, by);
  }

  /** Adds a revision that a service deployment has rolled out, with any outcome. */
  addDeployed(taskDefinition: string | undefined): void {
    const revision = revisionOf(taskDefinition ?? "", this.family);
    if (revision !== undefined) this.#deployed.add(revision);
  }

  /** Returns true when a service deployment that ECS still lists has rolled out the revision. */
  wasDeployed(revision: number): boolean {
    return this.#deployed.has(revision);
  }

  /** Returns the user of a revision; undefined when it is unused. */
  by(revision: number): string | undefined {
    return this.#by.get(revision);
  }
}

/** Returns the revision's number; undefined for another family, or for a name without a revision. */
export function revisionOf(taskDefinition: string, family: string): number | undefined {
  const [name = "", revision] = nameIn(taskDefinition).split(":");
  return name === family && revision !== undefined && /^\d+$/.test(revision) ? Number(revision) : undefined;
}
