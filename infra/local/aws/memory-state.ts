import type { StateDirectory } from "./state.js";
import { toJson } from "./stored-map.js";

export interface MemoryState extends StateDirectory {
  /** Returns the flushed state, parsed from JSON, as another process would read it. */
  restarted(): StateDirectory;
}

/** Creates state in memory. A flush serializes to JSON, so that a restart reads the same as from a file. */
export function memoryState(): MemoryState {
  const files = new Map<string, string>();
  const open = (): StateDirectory => ({
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
