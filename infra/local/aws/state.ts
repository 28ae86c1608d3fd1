/** The local AWS's memory on disk: one JSON file a document in the state directory, written atomically, so that a restart finds everything again. */
export interface StateDirectory {
  readonly path: string;
  /** The named document, read if it is there, else `initial`. The object is the live one: change it, then `save()`. */
  document<T extends object>(name: string, initial: () => T): Document<T>;
}

export interface Document<T> {
  readonly value: T;
  /** Marks it changed; written soon, atomically (a file beside it, then a rename). */
  save(): void;
  /** Writes what is unsaved now. */
  flush(): Promise<void>;
}
