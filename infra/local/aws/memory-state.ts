import type { StateDirectory } from "./state.js";

export interface MemoryState extends StateDirectory {
  /** What another process would find: what was saved, read anew from JSON. */
  restarted(): StateDirectory;
}

/** State that no disk holds. What is flushed goes through JSON, so that a restart sees what a file would hold. `path` leads nowhere. */
export function memoryState(): MemoryState {
  const files = new Map<string, string>();
  const open = (): StateDirectory => ({
    path: "memory",
    document<T extends object>(name: string, initial: () => T) {
      const known = files.get(name);
      const value: T = known === undefined ? initial() : JSON.parse(known);
      return { value, save: () => {}, flush: async () => void files.set(name, JSON.stringify(value)) };
    },
  });
  return { ...open(), restarted: open };
}
