import type { StateDirectory } from "./state.js";
import { toJson } from "./stored-map.js";

export interface MemoryState extends StateDirectory {
  /** What another process would find: what was saved, read anew from JSON. */
  restarted(): StateDirectory;
}

/** State that no disk holds. What is flushed goes through JSON, so that a restart sees what a file would hold. `path` leads nowhere. */
export function memoryState(): MemoryState {
  const files = new Map<string, string>();
  const open = (): StateDirectory => ({
    path: "memory",
    document<T extends object, Stored = T>(
      name: string,
      initial: () => T,
      restore = (stored: Stored) => stored as unknown as T,
    ) {
      const known = files.get(name);
      const value = known === undefined ? initial() : restore(JSON.parse(known) as Stored);
      return { value, save: () => {}, flush: async () => void files.set(name, toJson(value)) };
    },
  });
  return { ...open(), restarted: open };
}
